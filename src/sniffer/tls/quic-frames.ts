// The frames of QUIC's packets (RFC 9000 section 19): CRYPTO and STREAM matter, the rest is passed over.
import { ByteReader } from "../../bytes/byte-reader.js";
import { readQuicVarint } from "./quic-packet.js";

interface CryptoFrame {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

interface StreamFrame extends CryptoFrame {
  readonly id: number;
}

export interface QuicFrames {
  readonly crypto: readonly CryptoFrame[];
  readonly streams: readonly StreamFrame[];
  readonly paddingBytes: number;
}

interface Found {
  readonly crypto: CryptoFrame[];
  readonly streams: StreamFrame[];
  paddingBytes: number;
}

const PADDING = 0x00;
const ACK = 0x02;
const ACK_ECN = 0x03;
const CRYPTO = 0x06;
const NEW_TOKEN = 0x07;
const FIRST_STREAM = 0x08;
const LAST_STREAM = 0x0f;
const STREAM_HAS_OFFSET = 0x04;
const STREAM_HAS_LENGTH = 0x02;
const NEW_CONNECTION_ID = 0x18;
const RESET_TOKEN_BYTES = 16;
const TRANSPORT_CLOSE = 0x1c;
const APPLICATION_CLOSE = 0x1d;
/** RFC 9221. */
const DATAGRAM = 0x30;
const SIZED_DATAGRAM = 0x31;

/** Frames of nothing but so many numbers. */
const NUMBERS = new Map([
  [0x01, 0],
  [0x04, 3],
  [0x05, 2],
  [0x10, 1],
  [0x11, 2],
  [0x12, 1],
  [0x13, 1],
  [0x14, 1],
  [0x15, 2],
  [0x16, 1],
  [0x17, 1],
  [0x19, 1],
  [0x1e, 0],
  // Extensions: ask for acknowledgements at once or more seldom, and say the time.
  [0x1f, 0],
  [0xaf, 4],
  [0x02f5, 1],
]);
/** Frames of so many bytes. */
const SIZES = new Map([
  [0x1a, 8],
  [0x1b, 8],
]);

const GOOGLE_CRYPTO = 0x08;
/** Length of Google's acknowledgement of one packet: with a largest number of one byte, and of two behind a time. */
const GOOGLE_ACK_BYTES = new Map([
  [0x40, 6],
  [0x60, 9],
]);

/** Reads up to the first frame of another kind. Throws BytesError when one is cut short. */
export function decodeQuicFrames(payload: Uint8Array, kind: "ietf" | "google" = "ietf"): QuicFrames {
  const reader = new ByteReader(payload);
  const found: Found = { crypto: [], streams: [], paddingBytes: 0 };
  // Google's types are one byte each; as numbers of QUIC the acknowledgements would have two.
  const isGoogle = kind === "google";
  while (!reader.atEnd()) {
    const type = isGoogle ? reader.u8() : readQuicVarint(reader);
    if (!(isGoogle ? decodeGoogleFrame(type, reader, found) : decodeFrame(type, reader, found))) break;
  }
  return found;
}

/** False where it is of a kind whose length nobody knows. */
function decodeFrame(type: number, reader: ByteReader, found: Found): boolean {
  const numbers = NUMBERS.get(type);
  if (type === PADDING) found.paddingBytes += 1;
  else if (type === CRYPTO) found.crypto.push(decodeCrypto(reader));
  else if (type >= FIRST_STREAM && type <= LAST_STREAM) found.streams.push(decodeStream(type, reader));
  else if (type === ACK || type === ACK_ECN) skipAck(reader, type === ACK_ECN);
  else if (numbers !== undefined) skipNumbers(reader, numbers);
  else return skipSized(type, reader);
  return true;
}

function decodeGoogleFrame(type: number, reader: ByteReader, found: Found): boolean {
  if (type === GOOGLE_CRYPTO) found.crypto.push(decodeCrypto(reader));
  else if (GOOGLE_ACK_BYTES.has(type)) reader.skip((GOOGLE_ACK_BYTES.get(type) ?? 1) - 1);
  else return type <= ACK_ECN && decodeFrame(type, reader, found);
  return true;
}

function decodeCrypto(reader: ByteReader): CryptoFrame {
  return { offset: readQuicVarint(reader), bytes: reader.bytes(readQuicVarint(reader)) };
}

function decodeStream(type: number, reader: ByteReader): StreamFrame {
  const id = readQuicVarint(reader);
  const offset = (type & STREAM_HAS_OFFSET) === 0 ? 0 : readQuicVarint(reader);
  const length = (type & STREAM_HAS_LENGTH) === 0 ? reader.remaining : readQuicVarint(reader);
  return { id, offset, bytes: reader.bytes(length) };
}

function skipSized(type: number, reader: ByteReader): boolean {
  const size = SIZES.get(type);
  if (size !== undefined) reader.skip(size);
  else if (type === NEW_TOKEN || type === SIZED_DATAGRAM) reader.skip(readQuicVarint(reader));
  else if (type === DATAGRAM) reader.skip(reader.remaining);
  else if (type === NEW_CONNECTION_ID) {
    skipNumbers(reader, 2);
    reader.skip(reader.u8() + RESET_TOKEN_BYTES);
  } else if (type === TRANSPORT_CLOSE || type === APPLICATION_CLOSE) {
    skipNumbers(reader, type === TRANSPORT_CLOSE ? 2 : 1);
    reader.skip(readQuicVarint(reader));
  } else return false;
  return true;
}

function skipNumbers(reader: ByteReader, count: number): void {
  for (let number = 0; number < count; number++) readQuicVarint(reader);
}

function skipAck(reader: ByteReader, hasEcn: boolean): void {
  skipNumbers(reader, 2);
  const ranges = readQuicVarint(reader);
  readQuicVarint(reader);
  // Each takes at least two bytes, so a count that lies runs out of packet, not out of time.
  skipNumbers(reader, ranges * 2 + (hasEcn ? 3 : 0));
}
