// How much is padded, so that lengths say nothing: the policies, the sizes that each rounds up to, what is padded alone.
import { varintLength } from "../bytes/varint.js";
import { WIRE_LIMITS } from "./limits.js";

export const PADDING_POLICIES = ["off", "buckets", "uniform"] as const;
export type PaddingPolicy = (typeof PADDING_POLICIES)[number];

/** Holds every request and answer of everyday calls, passwords of 128 characters included, and fits one TCP segment. */
const FIRST_BUCKET_BYTES = 0x400;
/** What one TLS record holds (RFC 8446, section 5.1): up to here sizes double, from here on they grow by steps. */
const RECORD_BYTES = 0x4000;
/** A step is this part of the power of two below: what is long grows by an eighth at most. */
const STEPS_PER_DOUBLING = 8;
/** A little less than 4 KiB and than a record, so that the frame that crosses it seldom begins the next size. */
const BUCKETS_WRITE_BYTES = 3_584;
const UNIFORM_WRITE_BYTES = 15_360;
/** Tag and length of an empty padding field. */
const MIN_FIELD_BYTES = 2;
/** `ignorable`, and an empty padding field. */
const MIN_COVER_FRAME_BYTES = 4;

/** Rounds up so many bytes of frames, prefixes included. */
type PaddedSize = (bytes: number) => number;

/** 1, 2, 4, 8 and 16 KiB; then by 2 KiB to 32, by 4 to 64, by 8 to 128, and by 16 KiB without end. */
function bucketBytes(bytes: number): number {
  if (bytes <= FIRST_BUCKET_BYTES) {
    return FIRST_BUCKET_BYTES;
  }
  const doubled = 2 ** (32 - Math.clz32(bytes - 1));
  if (doubled <= RECORD_BYTES) {
    return doubled;
  }
  const step = Math.min(doubled / 2 / STEPS_PER_DOUBLING, RECORD_BYTES);
  return Math.ceil(bytes / step) * step;
}

/** Whole TLS records: all that carry frames are full, and equally long. */
function uniformBytes(bytes: number): number {
  return Math.ceil(bytes / RECORD_BYTES) * RECORD_BYTES;
}

/** Undefined for "off". */
export function framePadder(policy: PaddingPolicy): FramePadder | undefined {
  switch (policy) {
    case "off":
      return undefined;
    case "buckets":
      return new FramePadder(bucketBytes, BUCKETS_WRITE_BYTES);
    case "uniform":
      return new FramePadder(uniformBytes, UNIFORM_WRITE_BYTES);
  }
}

/** Decides how much one side of a connection pads: a long frame by itself, short ones together with a frame of nothing else. */
export class FramePadder {
  readonly #paddedSize: PaddedSize;
  /** From so many bytes on a write is near enough to a size to leave before others come. */
  readonly writeBytes: number;
  /** Longest frame that the peer accepts, padding included. A longer one than all sizes leaves is padded up to here. */
  maxFrameBytes: number = WIRE_LIMITS.floorFrameBytes;

  /** @internal Use {@link framePadder}. */
  constructor(paddedSize: PaddedSize, writeBytes: number) {
    this.#paddedSize = paddedSize;
    this.writeBytes = writeBytes;
  }

  /** The padding field, tag and length included, for a frame that has so many bytes without it; 0 where there is no room. */
  fieldBytes(frameBytes: number): number {
    const least = frameBytes + MIN_FIELD_BYTES;
    const target = this.#paddedSize(varintLength(least) + least);
    const padded = Math.min(withoutPrefix(target), this.maxFrameBytes, WIRE_LIMITS.maxFrameBytes);
    return padded < least ? 0 : padded - frameBytes;
  }

  /** Length, without prefix, of the frame of nothing but padding that fills up what leaves unpadded with it; 0: none is needed. */
  coverFrameBytes(unpaddedBytes: number): number {
    let size = this.#paddedSize(unpaddedBytes);
    if (size === unpaddedBytes) {
      return 0;
    }
    let bytes = withoutPrefix(size - unpaddedBytes);
    while (bytes < MIN_COVER_FRAME_BYTES) {
      size = this.#paddedSize(size + 1);
      bytes = withoutPrefix(size - unpaddedBytes);
    }
    return bytes;
  }

  /** Whether a frame of this length is padded by itself, and not together with those that it leaves with. */
  padsAlone(bytes: number): boolean {
    return bytes >= RECORD_BYTES;
  }
}

/** Length of the frame that takes so many bytes with its prefix; 0: a frame one shorter takes one less, one longer one more. */
function withoutPrefix(bytes: number): number {
  const frameBytes = bytes - varintLength(bytes - 1);
  const most = bytes - varintLength(frameBytes);
  return most + varintLength(most) === bytes ? most : 0;
}
