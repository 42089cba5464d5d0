// Frames of a server that answers calls of all kinds, with faults in them.

import type { Frame } from "../../src/wire/frame.js";
import { EchoResponse } from "../gen/earshot/test/v1/echo.js";
import { MutatedSession } from "./mutated-session.js";

const NO_BYTES = new Uint8Array(0);
const GONE = { code: 14, message: "gone", details: [] };

export class MutatedServer extends MutatedSession {
  #greeted = false;

  protected override lawfulFrame(): Frame {
    const { random } = this;
    if (!this.#greeted) {
      this.#greeted = true;
      return { kind: "hello", streamId: 0, ...this.#hello() };
    }
    const streamId = this.#openId();
    switch (random.below(12)) {
      case 0:
        return { kind: "cancel", streamId, code: 14, reason: "" };
      case 1:
        return { kind: "credit", streamId, bytes: random.below(100_000) };
      case 2:
        return { kind: "ping", streamId: 0, token: BigInt(random.uint32()), ack: random.chance(0.3) };
      case 3: {
        const lastStreamId = random.chance(0.5) ? 0xffff_ffff : random.below(9);
        return { kind: "go_away", streamId: 0, code: 0, message: "", lastStreamId, graceMs: 100 };
      }
      case 4:
      case 5:
      case 6: {
        const status = random.chance(0.2) ? GONE : undefined;
        const metadata = random.chance(0.1) ? [NOT_PROCESSED] : [];
        return { kind: "response", streamId, status, metadata, payload: this.#message() };
      }
      default:
        return { kind: "data", streamId: random.pick([3, 7]), end: random.chance(0.05), payload: this.#message() };
    }
  }

  protected override anyId(): number {
    return this.random.chance(0.1) ? this.random.uint32() : this.random.below(12);
  }

  /** The client makes four calls. */
  #openId(): number {
    return 1 + 2 * this.random.below(4);
  }

  #message(): Uint8Array {
    const data = this.random.chance(0.02) ? new Uint8Array(40_000) : this.random.bytes(this.random.below(30));
    return this.random.chance(0.2) ? NO_BYTES : EchoResponse.encode(EchoResponse.fromPartial({ data })).finish();
  }

  #hello() {
    return {
      minor: 0,
      maxFrameBytes: this.random.pick([0, 65_536, 1 << 20]),
      maxStreams: this.random.pick([0, 100]),
      streamWindowBytes: this.random.pick([0, 65_536]),
      minPingIntervalMs: this.random.pick([0, 1000]),
      schemaSha256: NO_BYTES,
      features: [],
    };
  }
}

const NOT_PROCESSED = {
  key: "earshot.delivery",
  value: { $case: "text", value: "not_processed" },
} as const;
