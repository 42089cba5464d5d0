// The headers of QUIC's long packets (RFC 9000 section 17.2, RFC 9369), several of which may share a datagram.
import { ByteReader } from "../../bytes/byte-reader.js";
import { type QuicLongKind, type QuicVersion, quicVersion } from "./quic-version.js";

const MAX_CONNECTION_ID_BYTES = 20;
const LONG_HEADER = 0x80;

type QuicPacketKind = QuicLongKind | "negotiation" | "unknown";

export interface QuicPacket {
  readonly kind: QuicPacketKind;
  /** undefined for versions that are not read here, and for a negotiation of versions. */
  readonly version: QuicVersion | undefined;
  readonly destination: Uint8Array;
  readonly source: Uint8Array;
  /** The packet from its first byte to its end, a view. */
  readonly bytes: Uint8Array;
  /** Where in `bytes` the protected packet number begins; 0 for kinds that have none. */
  readonly numberAt: number;
}

/** True when the first byte announces a long header; everything else of QUIC is encrypted but for a connection id. */
export function isLongHeader(datagram: Uint8Array, at: number): boolean {
  return ((datagram[at] ?? 0) & LONG_HEADER) !== 0;
}

/** Decodes the long packet at `at`. Throws BytesError when it is cut short. */
export function decodeQuicPacket(datagram: Uint8Array, at: number): QuicPacket {
  const reader = new ByteReader(datagram, at);
  const first = reader.u8();
  const number = reader.u32();
  const version = quicVersion(number);
  const destination = reader.bytes(reader.u8());
  const source = reader.bytes(reader.u8());
  const kind: QuicPacketKind = number === 0 ? "negotiation" : (version?.kinds[(first >>> 4) & 3] ?? "unknown");
  const names = { kind, version, destination, source };
  const isOdd = Math.max(destination.length, source.length) > MAX_CONNECTION_ID_BYTES;
  if (isOdd || kind === "retry" || kind === "negotiation" || kind === "unknown") {
    return { ...names, kind: isOdd ? "unknown" : kind, bytes: datagram.subarray(at), numberAt: 0 };
  }
  if (kind === "initial") reader.skip(readQuicVarint(reader));
  const length = readQuicVarint(reader);
  const numberAt = reader.offset - at;
  reader.skip(length);
  return { ...names, bytes: datagram.subarray(at, reader.offset), numberAt };
}

/** RFC 9000 section 16: the top two bits say how many bytes. */
export function readQuicVarint(reader: ByteReader): number {
  const first = reader.u8();
  let value = first & 0x3f;
  for (let more = (1 << (first >>> 6)) - 1; more > 0; more--) value = value * 256 + reader.u8();
  return value;
}
