// Cuts a datagram into DTLS records (RFC 6347 section 4.1); of DTLS 1.3 (RFC 9147 section 4) only the clear ones can be cut.
import { ByteReader } from "../../bytes/byte-reader.js";

export const DTLS_HEADER_BYTES = 13;
/** Access points put it before their DTLS (RFC 5415 section 4.2): version 0, type 1, and three bytes that are zero. */
export const CAPWAP_PREAMBLE_BYTES = 4;
const FIRST_TYPE = 0x14;
const LAST_TYPE = 0x18;
const CONNECTION_ID_TYPE = 0x19;
const UNIFIED_HEADER_MASK = 0xe0;
const UNIFIED_HEADER = 0x20;

export interface DtlsRecord {
  readonly type: number;
  readonly version: number;
  readonly epoch: number;
  /** Epoch and number in one, as both are authenticated; exact while there are fewer than 32 epochs. */
  readonly sequence: number;
  readonly fragment: Uint8Array;
  /** Where the header begins in the datagram. */
  readonly at: number;
}

/** `rest`: "sealed" records that hide their length, or "foreign" bytes that are no DTLS (STUN and RTP share the port in WebRTC). */
export interface DtlsDatagram {
  readonly preambleBytes: number;
  readonly records: readonly DtlsRecord[];
  readonly rest: { readonly kind: "none" | "sealed" | "foreign"; readonly length: number };
}

export function decodeDtlsDatagram(datagram: Uint8Array): DtlsDatagram {
  const preambleBytes = hasCapwapPreamble(datagram) ? CAPWAP_PREAMBLE_BYTES : 0;
  const reader = new ByteReader(datagram, preambleBytes);
  const records: DtlsRecord[] = [];
  while (reader.remaining >= DTLS_HEADER_BYTES && isWhole(datagram, reader.offset)) {
    const at = reader.offset;
    const type = reader.u8();
    const version = reader.u16();
    const epoch = reader.u16();
    const sequence = (epoch * 0x10000 + reader.u16()) * 0x100000000 + reader.u32();
    const fragment = reader.bytes(reader.u16());
    records.push({ type, version, epoch, sequence, fragment, at });
  }
  return { preambleBytes, records, rest: restOf(datagram, reader.offset) };
}

/** Only before something that can be DTLS: the four bytes alone could be anything. */
export function hasCapwapPreamble(datagram: Uint8Array): boolean {
  const isPreamble = datagram[0] === 1 && datagram[1] === 0 && datagram[2] === 0 && datagram[3] === 0;
  return isPreamble && isDtlsHeader(datagram, CAPWAP_PREAMBLE_BYTES);
}

/** A known type and a version of DTLS. */
export function isDtlsHeader(datagram: Uint8Array, at: number): boolean {
  const type = datagram[at] ?? 0;
  const isVersion = datagram[at + 1] === 0xfe && (datagram[at + 2] ?? 0) >= 0xfc;
  // OpenSSL before 0.9.8f spoke a DTLS 1.0 of its own.
  const isOldVersion = datagram[at + 1] === 0x01 && datagram[at + 2] === 0x00;
  return type >= FIRST_TYPE && type <= LAST_TYPE && (isVersion || isOldVersion);
}

function isWhole(datagram: Uint8Array, at: number): boolean {
  const length = ((datagram[at + 11] ?? 0) << 8) | (datagram[at + 12] ?? 0);
  return isDtlsHeader(datagram, at) && at + DTLS_HEADER_BYTES + length <= datagram.length;
}

function restOf(datagram: Uint8Array, at: number): DtlsDatagram["rest"] {
  const length = datagram.length - at;
  if (length === 0) return { kind: "none", length };
  const first = datagram[at] ?? 0;
  const isSealed = first === CONNECTION_ID_TYPE || (first & UNIFIED_HEADER_MASK) === UNIFIED_HEADER;
  return { kind: isSealed ? "sealed" : "foreign", length };
}
