// Whether a conversation's first bytes are TLS: a ClientHello, a ServerHello, or SSLv2's way of asking for TLS.
import { HandshakeType } from "./names.js";
import { fragmentLength, MAX_FRAGMENT_BYTES, RECORD_HEADER_BYTES } from "./record-header.js";
import { looksLikeSslV2Hello } from "./sslv2-hello.js";

/** "more" while the bytes agree with TLS but do not yet decide it. Decides within 7 bytes. */
export type Guess = "yes" | "no" | "more";

const FIRST_HANDSHAKES: readonly number[] = [HandshakeType.ClientHello, HandshakeType.ServerHello];

export function looksLikeTls(firstBytes: Uint8Array): Guess {
  if (firstBytes.length === 0) return "more";
  const first = firstBytes[0] ?? 0;
  if (first >= 0x80) return looksLikeSslV2Hello(firstBytes);
  if (first === 0x15) return looksLikeAlert(firstBytes);
  return looksLikeHello(firstBytes);
}

function looksLikeHello(bytes: Uint8Array): Guess {
  if (bytes[0] !== 0x16 || !versionFits(bytes)) return "no";
  if (bytes.length < RECORD_HEADER_BYTES + 1) return "more";
  const length = fragmentLength(bytes, 0);
  const fits = length >= 1 && length <= MAX_FRAGMENT_BYTES;
  return fits && FIRST_HANDSHAKES.includes(bytes[RECORD_HEADER_BYTES] ?? 0xff) ? "yes" : "no";
}

// A server that refuses at once says nothing but an alert of two bytes.
function looksLikeAlert(bytes: Uint8Array): Guess {
  if (!versionFits(bytes)) return "no";
  if (bytes.length < RECORD_HEADER_BYTES + 1) return "more";
  const level = bytes[RECORD_HEADER_BYTES];
  return fragmentLength(bytes, 0) === 2 && (level === 1 || level === 2) ? "yes" : "no";
}

function versionFits(bytes: Uint8Array): boolean {
  return (bytes[1] ?? 3) === 3 && (bytes[2] ?? 0) <= 4;
}
