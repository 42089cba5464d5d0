// Server connections within this process, with handlers of all kinds, and what becomes of them.

import type { Duplex } from "node:stream";
import { DeadlineQueue } from "../../src/rpc/channel/deadline-queue.js";
import type { Limits, RpcError } from "../../src/rpc/index.js";
import { withDefaults } from "../../src/rpc/limits.js";
import { routesOf } from "../../src/rpc/serving/routes.js";
import { type ConnectionObserver, ServerConnection } from "../../src/rpc/serving/server-connection.js";
import { FrameDecoder } from "../../src/wire/frame-decoder.js";
import { EchoServiceDefinition } from "../gen/earshot/test/v1/echo.js";
import type { EchoHandlers } from "../helpers/echo-service.js";
import { IN_PROCESS_PEER, inProcessPair } from "./in-process-socket.js";

/** What a million frames may ask of these handlers is bounded: the test is about the engine. */
const HANDLERS: EchoHandlers = {
  unary: async ({ text, data }) => ({ text, data }),
  async *serverStream({ count, size }) {
    for (let index = 0; index < (count & 15); index += 1) {
      yield { index, data: new Uint8Array(size & 1023) };
    }
  },
  async clientStream(requests) {
    let index = 0;
    for await (const { text } of requests) {
      index += text === "text" ? 2 : 1;
    }
    return { index };
  },
  async *bidi(requests) {
    for await (const { data, count } of requests) {
      yield { data };
      if (count === 5) {
        return;
      }
    }
  },
};

export class InProcessServer {
  /** What no frame may bring about: bugs of ours that reached the outside. */
  readonly faults = new Set<string>();
  readonly counts = { connection: 0, end: 0, closed: 0, call: 0, callEnd: 0 };
  readonly #limits: Limits;
  readonly #deadlines = new DeadlineQueue();
  readonly #observer: ConnectionObserver;

  constructor(limits: Partial<Limits> = {}) {
    this.#limits = withDefaults(limits);
    const routes = new Map(routesOf(EchoServiceDefinition, HANDLERS).map((route) => [route.path, route]));
    this.#observer = {
      hearsCallEnds: true,
      route: (path) => routes.get(path),
      onCall: () => {
        this.counts.call += 1;
      },
      onCallEnd: () => {
        this.counts.callEnd += 1;
      },
      onError: (error) => this.faults.add(String(error)),
      onEnd: (_, reason) => this.#onEnd(reason),
      onClosed: () => {
        this.counts.closed += 1;
      },
    };
  }

  /** The client's end of a new connection. What the server sends is decoded, and must decode. */
  connect(): ClientEnd {
    const { socket, other } = inProcessPair();
    this.counts.connection += 1;
    const parts = { observer: this.#observer, limits: this.#limits, deadlines: this.#deadlines };
    const settings = { ...parts, padding: "buckets" as const };
    new ServerConnection(1, socket, IN_PROCESS_PEER, settings);
    return new ClientEnd(other, (error) => this.faults.add(`the server sent what does not decode: ${String(error)}`));
  }

  #onEnd(reason: RpcError | undefined): void {
    this.counts.end += 1;
    if (reason?.codeName === "INTERNAL") {
      this.faults.add(`${reason.message}: ${String(reason.cause)}`);
    }
  }
}

class ClientEnd {
  readonly #end: Duplex;
  readonly #decoder = new FrameDecoder({ maxFrameBytes: 1 << 26 });
  #over = false;

  constructor(end: Duplex, onUndecodable: (error: unknown) => void) {
    this.#end = end;
    end.on("data", (chunk: Buffer) => {
      try {
        this.#decoder.push(chunk);
        while (this.#decoder.next() !== undefined) {
          // Only whether it decodes counts.
        }
      } catch (error) {
        onUndecodable(error);
      }
    });
    end.on("end", () => this.close());
    end.on("error", () => {});
    end.on("close", () => {
      this.#over = true;
    });
  }

  /** Whether the server has ended the connection, or this end was closed. */
  get over(): boolean {
    return this.#over;
  }

  write(bytes: Uint8Array): void {
    this.#end.write(bytes);
  }

  close(): void {
    this.#over = true;
    this.#end.end();
  }
}
