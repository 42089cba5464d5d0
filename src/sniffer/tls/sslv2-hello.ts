// The ClientHello in SSLv2 form (RFC 5246 appendix E.2), with which old clients asked for SSL 3.0 or TLS, and SSLv2's own.
import { ByteReader } from "../../bytes/byte-reader.js";
import { HandshakeType, versionName } from "./names.js";

const HEADER_BYTES = 2;
const FIXED_BYTES = 9;
/** Longer than any client ever sent; keeps random bytes from passing. */
const MAX_BYTES = 1024;

export interface SslV2Hello {
  /** 0x0002, or the version that the client would rather speak. */
  readonly version: number;
  /** Three bytes each; those below 0x010000 are suites of SSL 3.0 and TLS. */
  readonly cipherSpecs: readonly number[];
  /** The whole record, with its 2-byte header. */
  readonly length: number;
}

/** Whether the bytes begin such a hello, decided by the first 11 bytes. */
export function looksLikeSslV2Hello(bytes: Uint8Array): "yes" | "no" | "more" {
  if (((bytes[0] ?? 0x80) & 0x80) === 0) return "no";
  if ((bytes[2] ?? HandshakeType.ClientHello) !== HandshakeType.ClientHello) return "no";
  const major = bytes[3] ?? 3;
  if (major !== 0 && major !== 3) return "no";
  const minor = bytes[4] ?? 2;
  if (major === 0 ? minor !== 2 : minor > 3) return "no";
  if (bytes.length < HEADER_BYTES + FIXED_BYTES) return "more";
  return lengthsAgree(bytes) ? "yes" : "no";
}

/** Bytes of the record with its header; only for bytes that look like such a hello. */
export function sslV2HelloLength(bytes: Uint8Array): number {
  return HEADER_BYTES + ((((bytes[0] ?? 0) & 0x7f) << 8) | (bytes[1] ?? 0));
}

/** Decodes a whole record. Throws BytesError when it is short. */
export function decodeSslV2Hello(record: Uint8Array): SslV2Hello {
  const reader = new ByteReader(record);
  reader.skip(HEADER_BYTES + 1);
  const version = reader.u16();
  const specs = reader.u16();
  reader.skip(4);
  const list = reader.sub(specs);
  const cipherSpecs: number[] = [];
  while (!list.atEnd()) cipherSpecs.push(list.u24());
  return { version, cipherSpecs, length: record.length };
}

function lengthsAgree(bytes: Uint8Array): boolean {
  const reader = new ByteReader(bytes, HEADER_BYTES + 3);
  const [specs, session, challenge] = [reader.u16(), reader.u16(), reader.u16()];
  const length = sslV2HelloLength(bytes);
  const challengeFits = challenge >= 16 && challenge <= 32;
  const sum = HEADER_BYTES + FIXED_BYTES + specs + session + challenge;
  return (
    specs > 0 &&
    specs % 3 === 0 &&
    (session === 0 || session === 16) &&
    challengeFits &&
    sum === length &&
    length <= MAX_BYTES
  );
}

/** One line for a person: version wished for and cipher specs. */
export function describeSslV2Hello(hello: SslV2Hello): string {
  const specs = hello.cipherSpecs.map((spec) => `0x${spec.toString(16).padStart(6, "0")}`).join(" ");
  return `SSLv2 client hello asking for ${versionName(hello.version)}, cipher specs ${specs}`;
}
