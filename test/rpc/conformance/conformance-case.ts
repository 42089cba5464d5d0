// A row of the conformance table: what a client sends and what must come back, and how frames are told in a few words.

import type { Frame } from "../../../src/gen/earshot/call/v1/call.js";
import type { Limits } from "../../../src/rpc/index.js";
import { StatusCode } from "../../../src/rpc/index.js";
import { EchoResponse } from "../../gen/earshot/test/v1/echo.js";

/** Bytes to write, or something to wait for or to do before the next step. */
export type Step =
  | Uint8Array
  /** Wait until so many frames have come in all. */
  | { readonly after: number }
  /** Bytes that answer what came. */
  | { readonly reply: (frames: readonly Frame[]) => Uint8Array }
  /** The server closes, with that grace. */
  | { readonly serverClosesMs: number };

export interface ConformanceCase {
  readonly name: string;
  readonly send: readonly Step[];
  /** What must come back, in order: see {@link describeFrame}. */
  readonly expect: readonly string[];
  /** The server ends the connection behind what is expected. It always does behind a GoAway with another code than OK. */
  readonly ends?: true;
  /** Such a row gets a server of its own. */
  readonly limits?: Partial<Limits>;
}

/** Limits of the server that most rows share: numbers that lie apart from the floor, and the smallest window. */
export const LIMITS: Partial<Limits> = { maxFrameBytes: 1 << 20, streamWindowBytes: 65_536 };

/**
 * A frame in a few words: "hello", "pong 7", "ping", "response 1 OK #3", "data 1 #0", "credit 1 33004",
 * "cancel 1 UNAVAILABLE", "go_away INVALID_ARGUMENT", "go_away OK up to 5". Behind # stands the index of the message, where
 * it is not the 0 of a Response.
 */
export function describeFrame({ streamId, body }: Frame): string {
  switch (body?.$case) {
    case "response":
      return `response ${streamId} ${describeResponse(body.value)}`;
    case "data":
      return `data ${streamId} #${indexIn(body.value.payload)}${body.value.end ? " end" : ""}`;
    case "credit":
      return `credit ${streamId} ${body.value.bytes}`;
    case "cancel":
      return `cancel ${streamId} ${codeName(body.value.code)}`;
    case "goAway": {
      const { code, lastStreamId } = body.value;
      return code === StatusCode.OK ? `go_away OK up to ${lastStreamId}` : `go_away ${codeName(code)}`;
    }
    case "ping":
      return body.value.ack ? `pong ${body.value.token}` : "ping";
    default:
      return body?.$case ?? "nothing";
  }
}

type Response = Extract<NonNullable<Frame["body"]>, { $case: "response" }>["value"];

function describeResponse({ status, metadata, payload }: Response): string {
  const code = status?.code ?? StatusCode.OK;
  if (code === StatusCode.OK) {
    const index = indexIn(payload);
    return index === 0 ? "OK" : `OK #${index}`;
  }
  const notProcessed = metadata.some(({ key }) => key === "earshot.delivery") ? " not_processed" : "";
  return `${codeName(code)}${notProcessed}`;
}

function indexIn(payload: Uint8Array): number {
  return EchoResponse.decode(payload).index;
}

function codeName(code: number): string {
  return Object.entries(StatusCode).find(([, value]) => value === code)?.[0] ?? String(code);
}
