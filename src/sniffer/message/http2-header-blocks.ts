// Joins HEADERS or PUSH_PROMISE with their CONTINUATIONs into blocks and decodes them, for one direction of HTTP/2 (RFC
// 9113, 4.3 and 6.10). Once a block is missed, the HPACK table is not the sender's any more, and no field is known.
import { type HeaderField, HpackDecoder, type HpackLimits } from "./hpack-decoder.js";
import { HpackError } from "./hpack-error.js";
import { FRAME_HEAD_BYTES, FrameFlag, FrameType, type Http2FrameHead } from "./http2-frame.js";
import { SpreadBytes } from "./spread-bytes.js";

export interface HeaderBlock {
  readonly streamId: number;
  /** Of a PUSH_PROMISE: the stream that the fields are of. */
  readonly promisedId: number | undefined;
  readonly endsStream: boolean;
  /** Offset and length are those in the stream. */
  readonly fields: readonly HeaderField[];
}

export type BlockOutcome =
  | { kind: "open" }
  | { kind: "block"; block: HeaderBlock }
  /** Fields are unknown from here on. */
  | { kind: "lost"; what: string; head: Http2FrameHead }
  /** Not HTTP/2: nothing is read on. */
  | { kind: "fault"; what: string };

export interface HeaderBlockLimits extends HpackLimits {
  /** As encoded. */
  readonly maxBlockBytes: number;
  /** Empty CONTINUATIONs cost a sender little. */
  readonly maxBlockFrames: number;
}

interface OpenBlock {
  readonly head: Http2FrameHead;
  readonly promisedId: number | undefined;
  readonly bytes: SpreadBytes;
  frames: number;
}

export class HeaderBlocks {
  readonly decoder: HpackDecoder;
  readonly #limits: HeaderBlockLimits;
  #open: OpenBlock | undefined;
  lost = false;

  constructor(limits: HeaderBlockLimits) {
    this.#limits = limits;
    this.decoder = new HpackDecoder(limits);
  }

  /** Why this frame may not stand here: nothing comes between the frames of a block. */
  fault(head: Http2FrameHead): string | undefined {
    const open = this.#open;
    if (open === undefined)
      return head.type === FrameType.CONTINUATION && !this.lost ? "CONTINUATION of nothing" : undefined;
    if (head.type === FrameType.CONTINUATION && head.streamId === open.head.streamId) return undefined;
    return "another frame within a block of header fields";
  }

  push(head: Http2FrameHead, payload: Uint8Array): BlockOutcome {
    if (head.type === FrameType.CONTINUATION) return this.#add(head, payload, head.offset + FRAME_HEAD_BYTES);
    const part = fragment(head, payload);
    if (part === undefined) return { kind: "fault", what: "padding that is longer than its frame" };
    this.#open = { head, promisedId: part.promisedId, bytes: new SpreadBytes(), frames: 0 };
    return this.#add(head, payload.subarray(part.start, part.end), head.offset + FRAME_HEAD_BYTES + part.start);
  }

  /** A frame of fields that was not kept. */
  lose(): void {
    this.lost = true;
    this.#open = undefined;
  }

  #add(head: Http2FrameHead, bytes: Uint8Array, offset: number): BlockOutcome {
    const open = this.#open;
    if (open === undefined || this.lost) {
      this.#open = undefined;
      return { kind: "open" };
    }
    open.frames += 1;
    const { maxBlockBytes, maxBlockFrames } = this.#limits;
    if (open.bytes.length + bytes.length > maxBlockBytes || open.frames > maxBlockFrames) {
      this.lose();
      return { kind: "lost", what: "a block of header fields is more than is kept", head };
    }
    open.bytes.push(bytes, offset);
    if ((head.flags & FrameFlag.END_HEADERS) === 0) return { kind: "open" };
    this.#open = undefined;
    return this.#decode(open);
  }

  #decode({ head, promisedId, bytes }: OpenBlock): BlockOutcome {
    try {
      const fields = this.decoder.decode(bytes.bytes).map((field) => {
        return { ...field, ...bytes.place(field.offset, field.length) };
      });
      const endsStream = head.type === FrameType.HEADERS && (head.flags & FrameFlag.END_STREAM) !== 0;
      return { kind: "block", block: { streamId: head.streamId, promisedId, endsStream, fields } };
    } catch (error) {
      if (!(error instanceof HpackError)) throw error;
      this.lose();
      return { kind: "lost", what: `${error.message} (${error.code})`, head };
    }
  }
}

/** Where the fields stand in the payload of HEADERS or PUSH_PROMISE. */
function fragment(
  head: Http2FrameHead,
  payload: Uint8Array,
): { start: number; end: number; promisedId: number | undefined } | undefined {
  const isPadded = (head.flags & FrameFlag.PADDED) !== 0;
  let start = isPadded ? 1 : 0;
  const end = payload.length - (isPadded ? (payload[0] ?? 0) : 0);
  let promisedId: number | undefined;
  if (head.type === FrameType.PUSH_PROMISE) {
    const at = (index: number): number => payload[start + index] ?? 0;
    promisedId = ((at(0) & 0x7f) << 24) | (at(1) << 16) | (at(2) << 8) | at(3);
    start += 4;
  } else if ((head.flags & FrameFlag.PRIORITY) !== 0) start += 5;
  return start > end ? undefined : { start, end, promisedId };
}
