// Sessions over connections that are lost after a given byte, and whether what the caller was told of them is true.

import type { Test } from "tap";
import {
  type CallOptions,
  type Connection,
  type ConnectSettings,
  connect,
  RpcError,
  type ServiceClient,
} from "../../../src/rpc/index.js";
import { EchoServiceDefinition } from "../../gen/earshot/test/v1/echo.js";
import { ByteProxy, type Cut, type Direction } from "../../helpers/byte-proxy.js";
import { CALL_ID_KEY, recordedHandlers, startEchoServer } from "../../helpers/echo-service.js";

/** What a whole session looks like from the caller's side; rejects with the RpcError of the call. */
export type Session = (echo: ServiceClient<typeof EchoServiceDefinition>, options: CallOptions) => Promise<string>;

type Settings = Pick<ConnectSettings, "reconnect" | "tls" | "plaintext">;

/** A server, what ran on it, and what it tells of its calls and connections. */
export async function recordedServer(t: Test, plaintext?: true) {
  const ran: string[] = [];
  const handlers = recordedHandlers((id) => ran.push(id));
  const running = await startEchoServer(t, { handlers, ...(plaintext ? { plaintext } : {}) });
  const counts = { call: 0, callEnd: 0, connection: 0, connectionEnd: 0 };
  for (const event of ["call", "callEnd", "connection", "connectionEnd"] as const) {
    running.server.on(event, () => {
      counts[event] += 1;
    });
  }
  const faults: unknown[] = [];
  running.server.on("error", (error) => faults.push(error));
  return { ...running, ran, counts, faults };
}

type RecordedServer = Awaited<ReturnType<typeof recordedServer>>;

/** Runs one session for every cut, and keeps count of what its callers were told. */
export class CutProof {
  readonly complaints: string[] = [];
  /** How many callers were told what: a delivery, "answered" for a call that went well too. */
  readonly told: Record<string, number> = {};
  tried = 0;
  readonly #server: RecordedServer;
  readonly #session: Session;
  readonly #settings: Settings;

  constructor(server: RecordedServer, session: Session, settings: Settings) {
    this.#server = server;
    this.#session = session;
    this.#settings = settings;
  }

  /** One after each byte of a session that goes well, or after each so many, in both directions. */
  async cuts(stepBytes = 1): Promise<Cut[]> {
    const { told, passed } = await this.#through(undefined, "whole");
    if (told !== "answered") {
      throw new Error(`the session does not go well by itself: ${told}`);
    }
    return (["to_server", "to_client"] as const).flatMap((direction) =>
      Array.from(
        { length: Math.ceil(passed[direction] / stepBytes) },
        (_, step): Cut => ({ direction, afterBytes: step * stepBytes }),
      ),
    );
  }

  /** Takes cuts from the list until it is empty; several may do so at once. */
  async run(cuts: Cut[]): Promise<void> {
    for (let cut = cuts.shift(); cut !== undefined; cut = cuts.shift()) {
      this.tried += 1;
      const callId = `${cut.direction} ${cut.afterBytes}`;
      const { told } = await this.#through(cut, callId);
      this.told[told] = (this.told[told] ?? 0) + 1;
      this.#judge(callId, told);
    }
  }

  /** Closes the server and looks at what is left behind. */
  async check(t: Test): Promise<void> {
    const { server, faults, counts } = this.#server;
    t.same(faults, [], "no handler was broken by it");
    await server.close({ graceMs: 1_000 });
    t.equal(counts.callEnd, counts.call, "each call that began has ended");
    t.equal(counts.connectionEnd, counts.connection, "each connection has ended");
    t.notOk(process.getActiveResourcesInfo().includes("TCPSocketWrap"), "no socket is left, on either side");
  }

  #judge(callId: string, told: string): void {
    const times = this.#server.ran.filter((id) => id === callId).length;
    const lied = told === "answered" ? times === 0 : told !== "unknown" && times > 0;
    if (times > 1 || lied) {
      this.complaints.push(`${callId}: told ${told}, and ran ${times} times`);
    }
  }

  async #through(cut: Cut | undefined, callId: string): Promise<{ told: string; passed: Record<Direction, number> }> {
    const proxy = await ByteProxy.start({ teardown: () => {} }, this.#server.port, { cut });
    const { passed } = proxy;
    try {
      return { told: await this.#told(proxy.port, callId), passed };
    } finally {
      await proxy.close();
    }
  }

  async #told(port: number, callId: string): Promise<string> {
    try {
      const connection = await connect({ host: "127.0.0.1", port, ...this.#settings });
      return await this.#toldOn(connection, callId).finally(() => connection.close({ graceMs: 0 }));
    } catch (error) {
      return error instanceof RpcError ? error.delivery : String(error);
    }
  }

  async #toldOn(connection: Connection, callId: string): Promise<string> {
    const options = { metadata: { [CALL_ID_KEY]: callId }, timeoutMs: 5_000 };
    await this.#session(connection.client(EchoServiceDefinition), options);
    return "answered";
  }
}
