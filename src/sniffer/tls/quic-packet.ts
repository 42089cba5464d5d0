// The headers of QUIC's long packets (RFC 9000 section 17.2, RFC 9369), several of which may share a datagram.
import { ByteReader } from "../../bytes/byte-reader.js";

const QUIC_V1 = 0x00000001;
export const QUIC_V2 = 0x6b3343cf;
const MAX_CONNECTION_ID_BYTES = 20;
const LONG_HEADER = 0x80;

type QuicPacketKind = "initial" | "early" | "handshake" | "retry" | "negotiation" | "unknown";

export interface QuicPacket {
  readonly kind: QuicPacketKind;
  readonly version: number;
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
  const version = reader.u32();
  const destination = reader.bytes(reader.u8());
  const source = reader.bytes(reader.u8());
  const kind = kindOf(first, version);
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

const KINDS: readonly QuicPacketKind[] = ["initial", "early", "handshake", "retry"];

function kindOf(first: number, version: number): QuicPacketKind {
  if (version === 0) return "negotiation";
  const bits = (first >>> 4) & 3;
  if (version === QUIC_V2) return KINDS[(bits + 3) % 4] ?? "unknown";
  const isKnown = version === QUIC_V1 || version >>> 8 === 0xff0000;
  return isKnown ? (KINDS[bits] ?? "unknown") : "unknown";
}
