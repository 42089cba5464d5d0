// What a record header may say (RFC 8446 section 5.1, RFC 5246 section 6.2.1): the 5 bytes in front of every fragment.
import { ContentType } from "./names.js";

export const RECORD_HEADER_BYTES = 5;
/** 2^14 of plaintext and 2048 of whatever the cipher adds: nothing longer is TLS, in any version. */
export const MAX_FRAGMENT_BYTES = 0x4000 + 2048;
/** The narrower bound of TLS 1.3. */
export const MAX_FRAGMENT_BYTES_13 = 0x4000 + 256;

const MAJOR = 0x03;
const MAX_MINOR = 0x04;

/** Why these five bytes at `at` head no record, or undefined when they may. */
export function recordHeaderFault(bytes: Uint8Array, at: number): string | undefined {
  const type = bytes[at] ?? 0;
  if (type < ContentType.ChangeCipherSpec || type > ContentType.Heartbeat) {
    return `content type 0x${type.toString(16).padStart(2, "0")} is not one of TLS`;
  }
  if (bytes[at + 1] !== MAJOR || (bytes[at + 2] ?? 0xff) > MAX_MINOR) return "the record's version is not one of TLS";
  const length = fragmentLength(bytes, at);
  return length > MAX_FRAGMENT_BYTES ? `a record of ${length} bytes is over the limit of TLS` : undefined;
}

export function fragmentLength(bytes: Uint8Array, at: number): number {
  return ((bytes[at + 3] ?? 0) << 8) | (bytes[at + 4] ?? 0);
}

export function recordVersion(bytes: Uint8Array, at: number): number {
  return ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
}

/**
 * A header that is also of a usual length for its type. Used where a boundary has to be guessed, so it is narrower
 * than the protocol: odd but legal records are passed over rather than garbage believed.
 */
export function isLikelyHeader(bytes: Uint8Array, at: number): boolean {
  if (recordHeaderFault(bytes, at) !== undefined) return false;
  const length = fragmentLength(bytes, at);
  if (bytes[at] === ContentType.ChangeCipherSpec) return length === 1;
  if (bytes[at] === ContentType.Alert) return length === 2 || (length >= 18 && length <= 512);
  return length > 0;
}
