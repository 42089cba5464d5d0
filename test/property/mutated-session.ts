// Sessions of a client with faults in them: lawful frames of all kinds of calls, damaged, dropped, doubled or swapped.

import type { Frame } from "../../src/wire/frame.js";
import { encodeFrame } from "../../src/wire/frame-encoder.js";
import { EchoRequest } from "../gen/earshot/test/v1/echo.js";
import type { RandomSource } from "../helpers/random-source.js";
import { prefixOf, withoutPrefix } from "./decoder-agreement.js";
import { randomFrame, spoiled } from "./random-frame.js";

/** What goes to the server next. */
export interface SessionFrame {
  /** With the prefix. */
  readonly bytes: Uint8Array;
  readonly mutated: boolean;
}

const SERVICE = "earshot.test.v1.EchoService";
const METHODS: [string, ...string[]] = ["Unary", "ServerStream", "ClientStream", "Bidi"];
const STREAMED_REQUESTS = ["ClientStream", "Bidi"];
const NO_BYTES = new Uint8Array(0);

/** One client that begins well. Ask it for frames one after another; each may be mutated. */
export class MutatedSession {
  readonly #random: RandomSource;
  readonly #mutationChance: number;
  #lastId = 0;
  #openIds: number[] = [];
  #greeted = false;
  /** Frames that were held back to come later than they should. */
  #heldBack: Uint8Array[] = [];
  #last: Uint8Array = NO_BYTES;

  constructor(random: RandomSource, mutationChance: number) {
    this.#random = random;
    this.#mutationChance = mutationChance;
  }

  next(): SessionFrame {
    const lawful = encoded(this.#lawfulFrame());
    const bytes = this.#random.chance(this.#mutationChance) ? this.#mutated(lawful) : lawful;
    this.#last = lawful;
    return { bytes, mutated: bytes !== lawful };
  }

  #mutated(bytes: Uint8Array): Uint8Array {
    switch (this.#random.below(10)) {
      case 0: // Dropped: what follows misses it.
        return this.#heldBack.pop() ?? encoded(this.#lawfulFrame());
      case 1: // Doubled.
        return Buffer.concat([bytes, bytes]);
      case 2: // Swapped with the next.
        return Buffer.concat([encoded(this.#lawfulFrame()), bytes]);
      case 3: // Comes later.
        this.#heldBack.push(bytes);
        return encoded(this.#lawfulFrame());
      case 4: // The one before once more.
        return this.#last.length === 0 ? Buffer.concat([bytes, bytes]) : Buffer.concat([bytes, this.#last]);
      case 5: // Any frame at all, of a stream that may be open.
        return encoded({ ...randomFrame(this.#random), streamId: this.#anyId() });
      case 6: // Damage that may reach the prefix.
        return flipped(this.#random, bytes);
      default: // Damage within, and a prefix that fits it.
        return this.#spoiled(bytes);
    }
  }

  #spoiled(bytes: Uint8Array): Uint8Array {
    const inner = spoiled(this.#random, withoutPrefix(bytes), withoutPrefix(this.#last));
    return Buffer.concat([prefixOf(inner.length), inner]);
  }

  #lawfulFrame(): Frame {
    const random = this.#random;
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
    const random = this.#random;
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

  #anyId(): number {
    return this.#random.chance(0.1) ? this.#random.uint32() : this.#random.below(this.#lastId + 4);
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

function encoded(frame: Frame): Uint8Array {
  const { head, payload } = encodeFrame(frame);
  return Buffer.concat([head, payload]);
}

function flipped(random: RandomSource, bytes: Uint8Array): Uint8Array {
  const result = Uint8Array.from(bytes);
  const at = random.below(Math.min(result.length, 40));
  result[at] = (result[at] ?? 0) ^ (1 << random.below(8));
  return result;
}
