// How a row of the table that a lawful client can produce looks from the caller's side of our client, and how to say so.

import { type Connection, RpcError, type RpcServer, type ServiceClient } from "../../../src/rpc/index.js";
import type { EchoRequest, EchoServiceDefinition } from "../../gen/earshot/test/v1/echo.js";

/** Who makes the calls, and on what. */
export interface Caller {
  readonly echo: ServiceClient<typeof EchoServiceDefinition>;
  readonly connection: Connection;
  readonly server: RpcServer;
}

export interface OurClientCase {
  /** Makes the calls of the row, and says what came of them: see {@link single} and {@link all}. */
  readonly call: (caller: Caller) => Promise<string>;
  readonly told: string;
}

/** "OK #2" with the index of the answer, or how the call failed. */
export async function single(answer: Promise<{ readonly index: number }>): Promise<string> {
  try {
    return `OK #${(await answer).index}`;
  } catch (error) {
    return failure(error);
  }
}

/** "#0 #1 OK" with the index of each message, or how the call failed behind them. */
export async function all(answers: AsyncIterable<{ readonly index: number }>): Promise<string> {
  const said: string[] = [];
  try {
    for await (const { index } of answers) {
      said.push(`#${index}`);
    }
    said.push("OK");
  } catch (error) {
    said.push(failure(error));
  }
  return said.join(" ");
}

function failure(error: unknown): string {
  return error instanceof RpcError ? `${error.codeName} ${error.reason} ${error.delivery}` : String(error);
}

/** These messages, and then no end. */
export async function* withoutEnd(...messages: Partial<EchoRequest>[]): AsyncGenerator<Partial<EchoRequest>> {
  yield* messages;
  await new Promise(() => {});
}

export function ofBytes(bytes: number): Partial<EchoRequest> {
  return { data: new Uint8Array(bytes) };
}
