// A client that writes bytes by hand: knows TLS and the length prefix, and nothing of src/rpc.

import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { Test } from "tap";
import { Frame } from "../../src/gen/earshot/call/v1/call.js";
import type { RunningServer } from "./rpc-pair.js";

type Fields = Parameters<typeof Frame.fromPartial>[0];

/** A frame with its prefix, by the generated encoder alone, so that our own cannot hide its mistakes. */
export function frameBytes(fields: Fields): Buffer {
  return delimited(Frame.encode(Frame.fromPartial(fields)).finish());
}

/** Any bytes behind their length. */
export function delimited(bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(varint(bytes.length)), bytes]);
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];
}

/** The first frame in the bytes and where it ends; undefined while it is not complete. */
function firstFrame(bytes: Buffer): { frame: Frame; end: number } | undefined {
  let length = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    length |= (byte & 0x7f) << (7 * at);
    const end = at + 1 + length;
    if (byte < 0x80) {
      return end > bytes.length ? undefined : { frame: Frame.decode(bytes.subarray(at + 1, end)), end };
    }
  }
  return undefined;
}

export class RawClient {
  readonly socket: Socket;
  readonly closed: Promise<void>;
  readonly #received: Buffer[] = [];
  readonly #frames: Frame[] = [];
  #undecoded: Buffer = Buffer.alloc(0);
  #wake: () => void = () => {};
  #gone = false;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (chunk) => {
      this.#received.push(chunk);
      this.#decode(chunk);
      this.#wake();
    });
    socket.on("error", () => {});
    this.closed = new Promise((resolve) => {
      socket.on("close", () => {
        this.#gone = true;
        this.#wake();
        resolve();
      });
    });
  }

  /** All that has come. */
  get bytes(): Buffer {
    return Buffer.concat(this.#received);
  }

  /** Resolves with all frames so far once `enough` holds of them, or the connection is gone. */
  async frames(enough: (frames: Frame[]) => boolean = () => false): Promise<Frame[]> {
    while (!this.#gone && !enough(this.#frames)) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return [...this.#frames];
  }

  write(...parts: Uint8Array[]): this {
    this.socket.write(Buffer.concat(parts));
    return this;
  }

  #decode(chunk: Buffer): void {
    this.#undecoded = this.#undecoded.length === 0 ? chunk : Buffer.concat([this.#undecoded, chunk]);
    for (let first = firstFrame(this.#undecoded); first !== undefined; first = firstFrame(this.#undecoded)) {
      const { frame } = first;
      if (frame.body !== undefined || !frame.ignorable) {
        this.#frames.push(frame); // Cover traffic is skipped, as every client must.
      }
      this.#undecoded = this.#undecoded.subarray(first.end);
    }
  }
}

/** Connects over TLS, or over bare TCP to a server in plaintext mode. */
export async function rawClient(
  t: Pick<Test, "teardown">,
  { host, port, ca }: Pick<RunningServer, "host" | "port" | "ca">,
  plaintext = false,
): Promise<RawClient> {
  const socket = plaintext
    ? connectTcp({ host, port, noDelay: true })
    : connectTls({ host, port, ca, ALPNProtocols: ["earshot/1"] });
  const client = new RawClient(socket);
  await new Promise<void>((resolve, reject) => {
    socket.once(plaintext ? "connect" : "secureConnect", resolve);
    socket.once("error", reject);
  });
  t.teardown(() => socket.destroy());
  return client;
}
