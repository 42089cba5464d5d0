// A TCP proxy that cuts what it hands on at random, reads the frames in it, and keeps account of each stream's credit.

import { connect, createServer, type Socket } from "node:net";
import type { Test } from "tap";
import { Frame } from "../../../src/gen/earshot/call/v1/call.js";
import type { RandomSource } from "../../helpers/random-source.js";

const FLOOR_WINDOW_BYTES = 65_536;
const MAX_CREDIT_BYTES = 2 ** 31 - 1;

type Side = "client" | "server";

/** One direction of one stream: what its sender may still send, and what it has sent. */
interface Account {
  creditBytes: number;
  sentBytes: number;
  grantedBytes: number;
}

export class FrameProxy {
  /** What the rules forbid and a side did all the same. */
  readonly faults: string[] = [];
  dataFrames = 0;
  overdrawn = 0;
  readonly #random: RandomSource;
  readonly #accounts = new Map<string, Account>();
  readonly #pending: Record<Side, Buffer> = { client: Buffer.alloc(0), server: Buffer.alloc(0) };
  #serverWindowBytes = FLOOR_WINDOW_BYTES;

  constructor(random: RandomSource) {
    this.#random = random;
  }

  /** Listens, and hands one connection on to the port. Returns its own. */
  async listen(t: Test, serverPort: number): Promise<number> {
    const server = createServer((client) => {
      const upstream = connect({ host: "127.0.0.1", port: serverPort, noDelay: true });
      client.setNoDelay(true);
      this.#relay("client", client, upstream);
      this.#relay("server", upstream, client);
      t.teardown(() => {
        client.destroy();
        upstream.destroy();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    t.teardown(() => server.close());
    const address = server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  #relay(from: Side, source: Socket, target: Socket): void {
    source.on("error", () => {});
    source.on("end", () => target.end());
    source.on("data", async (chunk) => {
      source.pause();
      this.#read(from, chunk);
      for (let at = 0; at < chunk.length; ) {
        const bytes = this.#random.chance(0.3) ? 1 + this.#random.below(20) : chunk.length;
        target.write(chunk.subarray(at, at + bytes));
        at += bytes;
        if (this.#random.chance(0.5)) await new Promise(setImmediate);
      }
      source.resume();
    });
  }

  #read(from: Side, chunk: Buffer): void {
    let rest = Buffer.concat([this.#pending[from], chunk]);
    for (let frame = frameLength(rest); frame !== undefined; frame = frameLength(rest)) {
      this.#judge(from, Frame.decode(rest.subarray(frame.start, frame.end)));
      rest = rest.subarray(frame.end);
    }
    this.#pending[from] = rest;
  }

  #judge(from: Side, { streamId, body }: Frame): void {
    const other = from === "client" ? "server" : "client";
    if (body?.$case === "hello" && from === "server") {
      this.#serverWindowBytes = Math.max(body.value.streamWindowBytes, FLOOR_WINDOW_BYTES);
    } else if (body?.$case === "request") {
      this.#open("client", streamId, this.#serverWindowBytes);
      this.#open("server", streamId, body.value.credit);
    } else if (body?.$case === "credit") {
      const account = this.#account(other, streamId);
      account.creditBytes = Math.min(account.creditBytes + body.value.bytes, MAX_CREDIT_BYTES);
      account.grantedBytes += body.value.bytes;
      this.#expect(account.grantedBytes <= account.sentBytes, `${from} gave credit on ${streamId} for what never came`);
    } else if (body?.$case === "data" && !(body.value.end && body.value.payload.length === 0)) {
      const account = this.#account(from, streamId);
      const cost = Math.max(body.value.payload.length, 1);
      this.#expect(account.creditBytes > 0, `${from} sent ${cost} bytes on ${streamId} with ${account.creditBytes}`);
      account.creditBytes -= cost;
      account.sentBytes += cost;
      this.dataFrames += 1;
      this.overdrawn += account.creditBytes < 0 ? 1 : 0;
    }
  }

  #open(side: Side, streamId: number, creditBytes: number): void {
    this.#accounts.set(`${side} ${streamId}`, { creditBytes, sentBytes: 0, grantedBytes: 0 });
  }

  #account(side: Side, streamId: number): Account {
    const account = this.#accounts.get(`${side} ${streamId}`);
    this.#expect(account !== undefined, `${side} knows stream ${streamId}, which was never opened`);
    return account ?? { creditBytes: 0, sentBytes: 0, grantedBytes: 0 };
  }

  #expect(holds: boolean, fault: string): void {
    if (!holds) this.faults.push(fault);
  }
}

/** Where the first frame lies, once it is there whole. */
function frameLength(bytes: Buffer): { start: number; end: number } | undefined {
  let length = 0;
  for (let start = 0; start < Math.min(bytes.length, 5); start += 1) {
    const byte = bytes[start] ?? 0;
    length += (byte & 0x7f) * 2 ** (7 * start);
    if (byte < 0x80) {
      const end = start + 1 + length;
      return end <= bytes.length ? { start: start + 1, end } : undefined;
    }
  }
  return undefined;
}
