// Frames of a client that makes calls of all kinds, with faults in them.

import type { Frame } from "../../src/wire/frame.js";
import { EchoRequest } from "../gen/earshot/test/v1/echo.js";
import type { RandomSource } from "../helpers/random-source.js";
import { MutatedSession } from "./mutated-session.js";

const SERVICE = "earshot.test.v1.EchoService";
const METHODS: [string, ...string[]] = ["Unary", "ServerStream", "ClientStream", "Bidi"];
const STREAMED_REQUESTS = ["ClientStream", "Bidi"];
const NO_BYTES = new Uint8Array(0);

export class MutatedClient extends MutatedSession {
  #lastId = 0;
  #openIds: number[] = [];
  #greeted = false;

  protected override lawfulFrame(): Frame {
    const random = this.random;
    if (!this.#greeted && random.chance(0.5)) {
      this.#greeted = true;
      return { kind: "hello", streamId: 0, ...hello(random) };
    }
    const streamId = this.#openIds[random.below(this.#openIds.length)];
    if (streamId === undefined || random.chance(0.3)) {
      return this.#request();
    }
    switch (random.below(6)) {
      case 0:
        this.#openIds = this.#openIds.filter((id) => id !== streamId);
        return { kind: "cancel", streamId, code: 1, reason: "" };
      case 1:
        return { kind: "credit", streamId, bytes: random.below(100_000) };
      case 2:
        return { kind: "ping", streamId: 0, token: BigInt(random.uint32()), ack: random.chance(0.3) };
      default:
        return { kind: "data", streamId, end: random.chance(0.2), payload: message(random) };
    }
  }

  #request(): Frame {
    const random = this.random;
    this.#lastId += 2 * random.below(3) + (this.#lastId === 0 ? 1 : 2);
    const streamId = this.#lastId;
    const name = random.pick(METHODS);
    const open = STREAMED_REQUESTS.includes(name);
    if (open) {
      this.#openIds.push(streamId);
    }
    return {
      kind: "request",
      streamId,
      method: `${SERVICE}/${name}`,
      timeoutMs: random.chance(0.2) ? random.below(1000) : 0,
      open,
      credit: random.chance(0.5) ? 65_536 : random.below(64),
      metadata: [],
      payload: open ? NO_BYTES : message(random),
    };
  }

  protected override anyId(): number {
    return this.random.chance(0.1) ? this.random.uint32() : this.random.below(this.#lastId + 4);
  }
}

function message(random: RandomSource): Uint8Array {
  const fields = { text: random.chance(0.5) ? "text" : "", count: random.below(6), size: random.below(50) };
  const data = random.chance(0.02) ? new Uint8Array(40_000) : random.bytes(random.below(30));
  return EchoRequest.encode(EchoRequest.fromPartial({ ...fields, data })).finish();
}

function hello(random: RandomSource) {
  return {
    minor: 0,
    maxFrameBytes: random.pick([0, 65_536, 1 << 20]),
    maxStreams: random.pick([0, 4, 100]),
    streamWindowBytes: random.pick([0, 65_536, 1 << 20]),
    minPingIntervalMs: 0,
    schemaSha256: NO_BYTES,
    features: [],
  };
}
