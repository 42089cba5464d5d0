// The frames that an Initial packet may hold (RFC 9000 section 12.4): only CRYPTO matters, the rest is passed over.
import { ByteReader } from "../../bytes/byte-reader.js";
import { readQuicVarint } from "./quic-packet.js";

interface CryptoFrame {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

export interface InitialFrames {
  readonly crypto: readonly CryptoFrame[];
  readonly paddingBytes: number;
}

const PADDING = 0x00;
const PING = 0x01;
const ACK = 0x02;
const ACK_ECN = 0x03;
const CRYPTO = 0x06;
const GOOGLE_CRYPTO = 0x08;
/** Length of Google's acknowledgement of one packet: with a largest number of one byte, and of two behind a time. */
const GOOGLE_ACK_BYTES = new Map([
  [0x40, 6],
  [0x60, 9],
]);

/** Reads up to the first frame of another kind. Throws BytesError when one is cut short. */
export function decodeInitialFrames(payload: Uint8Array, kind: "ietf" | "google" = "ietf"): InitialFrames {
  const isGoogle = kind === "google";
  const cryptoType = isGoogle ? GOOGLE_CRYPTO : CRYPTO;
  const reader = new ByteReader(payload);
  const crypto: CryptoFrame[] = [];
  let paddingBytes = 0;
  while (!reader.atEnd()) {
    const type = reader.u8();
    if (type === PADDING) paddingBytes += 1;
    else if (isGoogle && GOOGLE_ACK_BYTES.has(type)) reader.skip((GOOGLE_ACK_BYTES.get(type) ?? 1) - 1);
    else if (type === ACK || type === ACK_ECN) skipAck(reader, type === ACK_ECN);
    else if (type === cryptoType)
      crypto.push({ offset: readQuicVarint(reader), bytes: reader.bytes(readQuicVarint(reader)) });
    else if (type !== PING) break;
  }
  return { crypto, paddingBytes };
}

function skipAck(reader: ByteReader, hasEcn: boolean): void {
  readQuicVarint(reader);
  readQuicVarint(reader);
  const ranges = readQuicVarint(reader);
  readQuicVarint(reader);
  // Each takes at least two bytes, so a count that lies runs out of packet, not out of time.
  for (let range = 0; range < ranges * 2; range++) readQuicVarint(reader);
  for (let counter = 0; hasEcn && counter < 3; counter++) readQuicVarint(reader);
}
