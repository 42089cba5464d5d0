// A TCP proxy that hands on one byte at a time, and that can lose the connection after a given byte of either direction.

import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import type { Test } from "tap";

export type Direction = "to_server" | "to_client";

/** How many bytes come through in a direction before the connection is lost. Both sides then see its end. */
export interface Cut {
  readonly direction: Direction;
  readonly afterBytes: number;
}

export interface ByteProxyOptions {
  /** Hand on chunks of at most this many bytes, each in a turn of the event loop of its own. Default: as they come. */
  readonly chunkBytes?: number | undefined;
  /** Befalls the first connection only. */
  readonly cut?: Cut | undefined;
}

/** After this many bytes in one direction a splitting proxy takes larger chunks: what is left to find lies at the front. */
const SPLIT_BYTES = 4096;
const LARGER_CHUNK_BYTES = 997;

export class ByteProxy {
  readonly port: number;
  /** Bytes handed on so far, over all connections. */
  readonly passed: Record<Direction, number> = { to_server: 0, to_client: 0 };
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  static async start(
    t: Pick<Test, "teardown">,
    targetPort: number,
    options: ByteProxyOptions = {},
  ): Promise<ByteProxy> {
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    server.listen({ host: "127.0.0.1", port: 0 });
    await once(server, "listening");
    const proxy = new ByteProxy(server, targetPort, options);
    t.teardown(() => proxy.close());
    return proxy;
  }

  private constructor(server: Server, targetPort: number, options: ByteProxyOptions) {
    const address = server.address();
    this.port = typeof address === "object" && address !== null ? address.port : 0;
    let cut = options.cut;
    this.#server = server;
    server.on("connection", (near) => {
      const far = connect({ host: "127.0.0.1", port: targetPort, allowHalfOpen: true, noDelay: true });
      this.#relay(near, far, options.chunkBytes, cut);
      cut = undefined;
    });
  }

  #relay(near: Socket, far: Socket, chunkBytes: number | undefined, cut: Cut | undefined): void {
    const lose = (): void => {
      near.destroySoon();
      far.destroySoon();
    };
    for (const [direction, from, to] of [
      ["to_server", near, far],
      ["to_client", far, near],
    ] as const) {
      this.#sockets.add(from);
      from.on("error", () => {});
      from.on("close", () => {
        this.#sockets.delete(from);
        to.destroySoon();
      });
      const roomBytes = cut?.direction === direction ? cut.afterBytes : Number.POSITIVE_INFINITY;
      const lane = new Lane(to, roomBytes, chunkBytes, {
        onPassed: (bytes) => {
          this.passed[direction] += bytes;
        },
        onFull: lose,
      });
      from.on("data", (chunk) => lane.push(chunk));
      from.on("end", () => lane.end());
    }
    if (cut?.afterBytes === 0) {
      lose();
    }
  }

  async close(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const socket of this.#sockets) {
      socket.destroy();
    }
    await closed;
  }
}

interface LaneObserver {
  onPassed(bytes: number): void;
  /** As many bytes went through as may. */
  onFull(): void;
}

/** One direction of one connection. */
class Lane {
  readonly #to: Socket;
  readonly #chunkBytes: number | undefined;
  readonly #observer: LaneObserver;
  #roomBytes: number;
  #sentBytes = 0;
  #waiting: Buffer[] = [];
  #running = false;
  #ended = false;

  constructor(to: Socket, roomBytes: number, chunkBytes: number | undefined, observer: LaneObserver) {
    this.#to = to;
    this.#roomBytes = roomBytes;
    this.#chunkBytes = chunkBytes;
    this.#observer = observer;
  }

  push(chunk: Buffer): void {
    if (this.#chunkBytes === undefined) {
      this.#pass(chunk);
      return;
    }
    this.#waiting.push(chunk);
    this.#run();
  }

  end(): void {
    this.#ended = true;
    if (!this.#running) {
      this.#to.end();
    }
  }

  #run(): void {
    if (!this.#running) {
      this.#running = true;
      setImmediate(this.#step);
    }
  }

  readonly #step = (): void => {
    this.#running = false;
    const chunk = this.#waiting.shift();
    if (chunk === undefined || this.#to.destroyed) {
      return;
    }
    const length = this.#sentBytes < SPLIT_BYTES ? (this.#chunkBytes ?? 1) : LARGER_CHUNK_BYTES;
    this.#pass(chunk.subarray(0, length));
    if (chunk.length > length) {
      this.#waiting.unshift(chunk.subarray(length));
    }
    if (this.#waiting.length > 0) {
      this.#run();
    } else if (this.#ended) {
      this.#to.end();
    }
  };

  #pass(chunk: Buffer): void {
    if (this.#roomBytes === 0) {
      return;
    }
    const part = chunk.subarray(0, this.#roomBytes);
    this.#roomBytes -= part.length;
    this.#sentBytes += part.length;
    this.#observer.onPassed(part.length);
    this.#to.write(part);
    if (this.#roomBytes === 0) {
      this.#observer.onFull();
    }
  }
}
