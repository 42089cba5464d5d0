// The kind and size of a certificate's key and the hash of its signature (RFC 5280 section 4.1), read from the DER alone.
import { ByteReader } from "../../bytes/byte-reader.js";
import { BytesError } from "../../bytes/bytes-error.js";
import { bitsOf } from "./server-key-exchange.js";

export interface CertificateStrength {
  readonly key: "RSA" | "DSA" | "EC" | "Ed25519" | "Ed448" | "DH" | "ML-DSA" | "another kind of";
  /** null where the kind says it, or it was not understood. */
  readonly bits: number | null;
  readonly signatureHash: "MD5" | "SHA-1" | "another";
  /** Nobody relies on the signature of a certificate that signs itself. */
  readonly isSelfIssued: boolean;
}

const KEYS: readonly (readonly [oid: string, key: CertificateStrength["key"]])[] = [
  ["2a864886f70d010101", "RSA"],
  ["2a864886f70d01010a", "RSA"],
  ["2a8648ce380401", "DSA"],
  ["2a8648ce3d0201", "EC"],
  ["2a8648ce3e0201", "DH"],
  ["2b6570", "Ed25519"],
  ["2b6571", "Ed448"],
  ["608648016503040311", "ML-DSA"],
  ["608648016503040312", "ML-DSA"],
  ["608648016503040313", "ML-DSA"],
];

const CURVE_BITS = new Map([
  ["2a8648ce3d030101", 192],
  ["2b81040021", 224],
  ["2a8648ce3d030107", 256],
  ["2b8104000a", 256],
  ["2b81040022", 384],
  ["2b81040023", 521],
]);

const WEAK_HASHES = new Map<string, "MD5" | "SHA-1">([
  ["2a864886f70d010104", "MD5"],
  ["2a864886f70d010105", "SHA-1"],
  ["2a8648ce3d0401", "SHA-1"],
  ["2a8648ce380403", "SHA-1"],
]);

/** undefined where the bytes are no certificate that can be read. */
export function certificateStrength(der: Uint8Array): CertificateStrength | undefined {
  try {
    return read(element(new ByteReader(der)));
  } catch (error) {
    if (!(error instanceof BytesError)) throw error;
    return undefined;
  }
}

function read(certificate: ByteReader): CertificateStrength {
  const body = element(certificate);
  const signature = hex(element(element(certificate)).rest());
  // An explicit version stands before the serial number from X.509v2 on.
  if (body.source[body.offset] === 0xa0) element(body);
  element(body);
  element(body);
  const issuer = hex(element(body).rest());
  element(body);
  const subject = hex(element(body).rest());
  const keyInfo = element(body);
  const algorithm = element(keyInfo);
  const oid = hex(element(algorithm).rest());
  const key = KEYS.find(([known]) => known === oid)?.[1] ?? "another kind of";
  return {
    key,
    bits: key === "RSA" ? rsaBits(element(keyInfo)) : key === "EC" ? curveBits(algorithm) : null,
    signatureHash: WEAK_HASHES.get(signature) ?? "another",
    isSelfIssued: issuer === subject,
  };
}

function rsaBits(bitString: ByteReader): number {
  bitString.skip(1);
  return bitsOf(element(element(bitString)).rest());
}

function curveBits(algorithm: ByteReader): number | null {
  return algorithm.atEnd() ? null : (CURVE_BITS.get(hex(element(algorithm).rest())) ?? null);
}

/** The content of the next element, whatever its tag. */
function element(reader: ByteReader): ByteReader {
  reader.skip(1);
  const first = reader.u8();
  if (first < 0x80) return reader.sub(first);
  let length = 0;
  for (const byte of reader.bytes(first & 0x7f)) length = length * 256 + byte;
  return reader.sub(length);
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.subarray(0, 4096)).toString("hex");
}
