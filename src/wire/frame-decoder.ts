// The strict incremental frame decoder: what it accepts, every protobuf library reads alike; the rest it refuses by name.
import type { Stage } from "../bytes/stage.js";
import { decodeCancel, decodeCredit, decodeData, decodeRequest, decodeResponse } from "./call-body.js";
import { decodeGoAway, decodeHello, decodePing } from "./connection-body.js";
import { FieldReader, LENGTH_DELIMITED, VARINT } from "./field-reader.js";
import type { DecodedFrame, Frame } from "./frame.js";
import { type FrameSpan, FrameSplitter } from "./frame-splitter.js";
import { DEFAULT_FRAME_LIMITS, type FrameLimits } from "./limits.js";

const FIRST_BODY_FIELD = 4;
const LAST_BODY_FIELD = 11;

/**
 * Chunks in, frames out. Good frames before a bad one are delivered, then `next` throws one WireError and the decoder is
 * finished: later chunks are dropped and `next` returns undefined. Payloads are views, of the chunk when the frame lay
 * in one. After `next` has returned undefined the chunk's memory may be reused if no payload of it is kept.
 */
export class FrameDecoder implements Stage<Uint8Array, DecodedFrame> {
  readonly #limits: FrameLimits;
  readonly #splitter: FrameSplitter;
  readonly #reader = new FieldReader();

  constructor(limits: Partial<FrameLimits> = {}) {
    this.#limits = { ...DEFAULT_FRAME_LIMITS, ...limits };
    this.#splitter = new FrameSplitter(this.#limits.maxFrameBytes);
  }

  /** Length of a frame without its prefix; holds from the next prefix on. */
  get maxFrameBytes(): number {
    return this.#splitter.maxFrameBytes;
  }

  set maxFrameBytes(bytes: number) {
    this.#splitter.maxFrameBytes = bytes;
  }

  push(chunk: Uint8Array): void {
    this.#splitter.push(chunk);
  }

  next(): DecodedFrame | undefined {
    const span = this.#splitter.next();
    if (span === undefined) {
      this.#reader.release();
      return undefined;
    }
    try {
      return this.#decode(span);
    } catch (error) {
      this.#splitter.fail();
      this.#reader.release();
      throw error;
    }
  }

  /** No more chunks follow: a frame that is not complete makes `next` throw `truncated`. */
  finish(): void {
    this.#splitter.finish();
  }

  #decode(span: FrameSpan): DecodedFrame {
    const reader = this.#reader;
    reader.reset(span.bytes, span.start, span.end, span.offset + span.length - (span.end - span.start));
    let seen = 0;
    let streamId = 0;
    let ignorable = false;
    let paddingBytes = 0;
    let unknownField = 0;
    let frame: Frame | undefined;
    while (reader.more) {
      const tag = reader.tag();
      const field = tag >>> 3;
      if (field >= FIRST_BODY_FIELD && field <= LAST_BODY_FIELD) {
        frame = this.#body(tag, frame, streamId);
      } else if (field === 1) {
        reader.expect(tag, VARINT);
        seen = reader.once(tag, seen);
        streamId = reader.uint32();
        // Encoders write fields in order, so this copy is for the odd one that does not.
        frame = frame && { ...frame, streamId };
      } else if (field === 2) {
        reader.expect(tag, VARINT);
        seen = reader.once(tag, seen);
        ignorable = reader.bool();
      } else if (field === 3) {
        reader.expect(tag, LENGTH_DELIMITED);
        seen = reader.once(tag, seen);
        paddingBytes = reader.zeros();
      } else {
        unknownField ||= field;
        reader.skip(tag);
      }
    }
    frame ??= this.#unknown(ignorable, streamId, unknownField);
    return { frame, offset: span.offset, length: span.length, ignorable, paddingBytes };
  }

  #body(tag: number, before: Frame | undefined, streamId: number): Frame {
    const reader = this.#reader;
    reader.expect(tag, LENGTH_DELIMITED);
    if (before !== undefined) {
      throw reader.error("two_bodies", "a frame has two bodies");
    }
    const outer = reader.enter();
    const frame = this.#bodyOf(tag >>> 3, streamId);
    reader.leave(outer);
    return frame;
  }

  #bodyOf(field: number, streamId: number): Frame {
    const reader = this.#reader;
    switch (field) {
      case 4:
        return decodeRequest(reader, this.#limits, streamId);
      case 5:
        return decodeResponse(reader, this.#limits, streamId);
      case 6:
        return decodeData(reader, streamId);
      case 7:
        return decodeCancel(reader, this.#limits, streamId);
      case 8:
        return decodeCredit(reader, streamId);
      case 9:
        return decodePing(reader, streamId);
      case 10:
        return decodeGoAway(reader, this.#limits, streamId);
      default:
        return decodeHello(reader, this.#limits, streamId);
    }
  }

  #unknown(ignorable: boolean, streamId: number, bodyField: number): Frame {
    if (!ignorable) {
      const what = bodyField === 0 ? "no body" : `an unknown body, field ${bodyField},`;
      throw this.#reader.error("unknown_body", `a frame has ${what} and is not marked ignorable`);
    }
    return { kind: "unknown", streamId, bodyField };
  }
}
