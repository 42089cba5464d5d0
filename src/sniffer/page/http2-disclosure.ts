// What a page may show of HTTP/2's bytes: the heads of frames and what is about the connection. Header fields are packed
// (HPACK, RFC 7541), so that no secret in them looks like one, and content may be anything.
import { FRAME_HEAD_BYTES, FrameType } from "../message/http2-frame.js";

const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");
const OPEN_TYPES: ReadonlySet<number> = new Set([
  FrameType.PRIORITY,
  FrameType.RST_STREAM,
  FrameType.SETTINGS,
  FrameType.WINDOW_UPDATE,
]);

/** Only from the stream's begin on is it known where frames begin. */
export function httpFrames(bytes: Uint8Array, offset: number): Uint8Array {
  const mask = new Uint8Array(bytes.length);
  if (offset !== 0) return mask;
  let at = PREFACE.equals(bytes.subarray(0, PREFACE.length)) ? PREFACE.length : 0;
  mask.fill(1, 0, at);
  while (at < bytes.length) {
    const length = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    const end = at + FRAME_HEAD_BYTES + length;
    mask.fill(1, at, OPEN_TYPES.has(bytes[at + 3] ?? 0) ? end : at + FRAME_HEAD_BYTES);
    at = end;
  }
  return mask;
}
