// Decides whether a client's first bytes are our protocol: one whole frame that decodes strictly, of a kind that may
// come first, saying something plausible (PROTOCOL.md: a client begins with Hello or Request).
import type { DecodedFrame } from "../../wire/frame.js";
import { FrameDecoder } from "../../wire/frame-decoder.js";
import { WireError } from "../../wire/wire-error.js";
import type { Match } from "../match.js";

export function matchEarshot(bytes: Uint8Array): Match {
  if (!beginsLikeFrame(bytes)) return "no";
  const decoder = new FrameDecoder();
  decoder.push(bytes);
  try {
    const first = decoder.next();
    if (first === undefined) return "maybe";
    return isOpening(first) ? "yes" : "no";
  } catch (error) {
    if (error instanceof WireError) return "no";
    throw error;
  }
}

/** "package.Service/Method". */
export function isMethodPath(text: string): boolean {
  return /^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*\/[A-Za-z_]\w*$/.test(text);
}

// Tags of stream_id, ignorable, padding, request and hello: whatever else begins a stream is refused by two to five
// bytes, so that a stream of another protocol is not kept waiting for a frame's worth of bytes.
const FIRST_TAGS = new Set([0x08, 0x10, 0x1a, 0x22, 0x5a]);

function beginsLikeFrame(bytes: Uint8Array): boolean {
  let prefixBytes = 0;
  while (prefixBytes < 3 && (bytes[prefixBytes] ?? 0) >= 0x80) prefixBytes += 1;
  const tag = bytes[prefixBytes + 1];
  return tag === undefined || FIRST_TAGS.has(tag);
}

function isOpening({ frame }: DecodedFrame): boolean {
  if (frame.kind === "hello") return frame.streamId === 0;
  return frame.kind === "request" && frame.streamId % 2 === 1 && isMethodPath(frame.method);
}
