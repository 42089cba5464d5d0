// Cuts a Certificate message into DER blobs: TLS 1.2 and before (RFC 5246 section 7.4.2), TLS 1.3 (RFC 8446 section 4.4.2).
import { ByteReader } from "../../bytes/byte-reader.js";
import { TlsError } from "./tls-error.js";

/** IANA "TLS Certificate Compression Algorithm IDs". */
const COMPRESSIONS = new Map<number, string>([
  [1, "zlib"],
  [2, "brotli"],
  [3, "zstd"],
]);

/** What a CompressedCertificate says of itself (RFC 8879 section 4); it is not unpacked here. */
export function describeCompressedCertificate(body: Uint8Array): string {
  const reader = new ByteReader(body);
  const algorithm = reader.u16();
  const length = reader.u24();
  const name = COMPRESSIONS.get(algorithm) ?? `algorithm ${algorithm}`;
  return `a certificate compressed with ${name}, of ${length} bytes unpacked: not read`;
}

/** Views of the certificates, the sender's own first. Throws BytesError or TlsError. */
export function decodeCertificateMessage(body: Uint8Array, isTls13: boolean, maxCertificates: number): Uint8Array[] {
  const reader = new ByteReader(body);
  if (isTls13) reader.skip(reader.u8());
  const list = reader.sub(reader.u24());
  const chain: Uint8Array[] = [];
  while (!list.atEnd()) {
    if (chain.length === maxCertificates)
      throw new TlsError("limit", `a chain of over ${maxCertificates} certificates`);
    chain.push(list.bytes(list.u24()));
    if (isTls13) list.skip(list.u16());
  }
  return chain;
}
