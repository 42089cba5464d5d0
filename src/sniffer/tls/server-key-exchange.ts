// How strong the key is that a ServerKeyExchange carries (RFC 5246 section 7.4.3, RFC 8422 section 5.4, RFC 4279, RFC 5489).
import { ByteReader } from "../../bytes/byte-reader.js";

const NAMED_CURVE = 3;

export interface ServerKeyShare {
  /** The named curve of ECDHE. */
  readonly group: number | null;
  /** Of the prime of DHE, or of the modulus of an export suite's RSA key. */
  readonly bits: number | null;
}

const NOTHING: ServerKeyShare = { group: null, bits: null };

/** `exchange` is what a suite's name has before "_WITH_", without "TLS_". Throws BytesError. */
export function decodeServerKeyShare(body: Uint8Array, exchange: string): ServerKeyShare {
  const reader = new ByteReader(body);
  if (exchange.includes("PSK")) reader.skip(reader.u16());
  if (/^EC(DHE|DH_anon)/.test(exchange)) {
    return reader.u8() === NAMED_CURVE ? { group: reader.u16(), bits: null } : NOTHING;
  }
  const hasNumber = /^(DHE|DH_anon|PSK_DHE|RSA_EXPORT)/.test(exchange);
  return hasNumber ? { group: null, bits: bitsOf(reader.bytes(reader.u16())) } : NOTHING;
}

/** Of a number, most significant byte first. */
export function bitsOf(number: Uint8Array): number {
  const first = number.findIndex((byte) => byte !== 0);
  return first < 0 ? 0 : (number.length - first - 1) * 8 + (32 - Math.clz32(number[first] ?? 0));
}
