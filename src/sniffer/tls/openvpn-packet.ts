// OpenVPN's packets as far as they are in the clear: its control channel carries TLS in pieces, each with a number and perhaps
// behind an HMAC (openvpn.net, "OpenVPN wire protocol"; --tls-auth). With --tls-crypt nothing of it can be read.
import { ByteReader } from "../../bytes/byte-reader.js";
import { BytesError } from "../../bytes/bytes-error.js";

/** Over TCP each packet comes behind its length. */
export const OPENVPN_LENGTH_BYTES = 2;
/** The first byte: what it is and the number of its keys, which begin with 0. */
const HARD_RESET_CLIENT = 0x38;
const KEY_ID = 0x07;
const CONTROL = 4;
const ACKNOWLEDGEMENT = 5;
const HARD_RESETS: ReadonlySet<number> = new Set([7, 8]);
const DATA: ReadonlySet<number> = new Set([6, 9]);
const SESSION_ID_BYTES = 8;
const PACKET_ID_BYTES = 4;
/** Behind an HMAC: number and time against replays. */
const REPLAY_BYTES = 8;
/** Without acknowledgements and with the number 0: the client's first packet ends so. */
const RESET_END_BYTES = 5;
/** By the length of the client's first packet: no HMAC, MD5, SHA-1, SHA-256, SHA-384, SHA-512. */
const HMAC_BYTES: ReadonlyMap<number, number> = new Map(
  [0, 16, 20, 32, 48, 64].map((hmac) => [
    1 + SESSION_ID_BYTES + (hmac === 0 ? 0 : hmac + REPLAY_BYTES) + RESET_END_BYTES,
    hmac,
  ]),
);

export interface OpenvpnControl {
  /** Numbers count from 0 in each session; undefined for what only acknowledges. */
  readonly number: number | undefined;
  readonly payload: Uint8Array;
}

/** How long the HMACs are, by the client's first packet; undefined when it is none. */
export function openvpnHmacBytes(packet: Uint8Array): number | undefined {
  const isEnd = packet.subarray(-RESET_END_BYTES).every((byte) => byte === 0);
  return packet[0] === HARD_RESET_CLIENT && isEnd ? HMAC_BYTES.get(packet.length) : undefined;
}

/** Whether a stream begins with such a packet behind its length. */
export function beginsOpenvpn(stream: Uint8Array): "yes" | "no" | "maybe" {
  const length = ((stream[0] ?? 0) << 8) | (stream[1] ?? 0);
  if (stream[0] !== 0 || (stream.length > 1 && !HMAC_BYTES.has(length))) return "no";
  if (stream.length > OPENVPN_LENGTH_BYTES && stream[OPENVPN_LENGTH_BYTES] !== HARD_RESET_CLIENT) return "no";
  const end = OPENVPN_LENGTH_BYTES + length;
  if (stream.length < OPENVPN_LENGTH_BYTES || stream.length < end) return "maybe";
  return openvpnHmacBytes(stream.subarray(OPENVPN_LENGTH_BYTES, end)) === undefined ? "no" : "yes";
}

/**
 * "data" is encrypted; undefined for what is cut short or unknown, and for keys that are renewed, for which TLS begins anew. The
 * payload is a view.
 */
export function decodeOpenvpnPacket(packet: Uint8Array, hmacBytes: number): OpenvpnControl | "data" | undefined {
  const [first = 0] = packet;
  const opcode = first >>> 3;
  if (DATA.has(opcode)) return "data";
  const isControl = opcode === CONTROL || opcode === ACKNOWLEDGEMENT || HARD_RESETS.has(opcode);
  if (!isControl || (first & KEY_ID) !== 0) return undefined;
  try {
    return decodeControl(opcode, new ByteReader(packet), hmacBytes);
  } catch (error) {
    if (!(error instanceof BytesError)) throw error;
    return undefined;
  }
}

function decodeControl(opcode: number, reader: ByteReader, hmacBytes: number): OpenvpnControl {
  reader.skip(1 + SESSION_ID_BYTES + (hmacBytes === 0 ? 0 : hmacBytes + REPLAY_BYTES));
  const acknowledged = reader.u8();
  reader.skip(acknowledged * PACKET_ID_BYTES + (acknowledged === 0 ? 0 : SESSION_ID_BYTES));
  const number = opcode === ACKNOWLEDGEMENT ? undefined : reader.u32();
  return { number, payload: reader.rest() };
}
