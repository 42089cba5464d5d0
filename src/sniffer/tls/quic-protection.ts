// Takes QUIC's protection off packets (RFC 9001 section 5): of the header first, then of what it carries.
import { createCipheriv, createHmac } from "node:crypto";
import type { Side } from "../event.js";
import { unseal, xorNonce } from "./aead-cipher.js";
import { type CipherSpec, cipherSpec } from "./cipher-spec.js";
import { expandLabel } from "./key-schedule.js";
import type { QuicPacket } from "./quic-packet.js";
import type { QuicVersion } from "./quic-version.js";

const TLS_AES_128_GCM_SHA256 = 0x1301;
const SECRET_BYTES = 32;
const SAMPLE_OFFSET = 4;
const SAMPLE_BYTES = 16;
const LONG_HEADER = 0x80;
const KEY_PHASE = 0x04;

export interface PacketKeys {
  readonly spec: CipherSpec;
  readonly key: Uint8Array;
  readonly iv: Uint8Array;
  readonly headerKey: Uint8Array;
}

export type ProtectedPacket = Pick<QuicPacket, "bytes" | "numberAt">;

export interface OpenedPacket {
  readonly number: number;
  /** Its frames. */
  readonly payload: Uint8Array;
}

export function packetKeys(version: QuicVersion, spec: CipherSpec, secret: Uint8Array): PacketKeys {
  const derive = (label: string, length: number) =>
    expandLabel(spec.prfHash, secret, `${version.labelPrefix} ${label}`, length);
  return {
    spec,
    key: derive("key", spec.keyBytes),
    iv: derive("iv", spec.ivBytes),
    headerKey: derive("hp", spec.keyBytes),
  };
}

/** The secret of the next key phase; the header's key stays (RFC 9001 section 6.1). */
export function nextPhaseSecret(version: QuicVersion, spec: CipherSpec, secret: Uint8Array): Uint8Array {
  return expandLabel(spec.prfHash, secret, `${version.labelPrefix} ku`, secret.length);
}

/**
 * Keys of one side's Initial packets, from the connection id to which the client sent its first packet. They hide nothing from
 * anyone who cares to look, which is why an eavesdropper may.
 */
export function initialKeys(version: QuicVersion, connectionId: Uint8Array, side: Side): PacketKeys {
  const initial = createHmac("sha256", version.salt).update(connectionId).digest();
  const secret = expandLabel("sha256", initial, `${side} in`, SECRET_BYTES);
  return packetKeys(version, cipherSpec(TLS_AES_128_GCM_SHA256, true), secret);
}

/** The header in the clear, through the end of the packet number; undefined where too little follows it. */
export function openHeader({ bytes, numberAt }: ProtectedPacket, keys: PacketKeys): Uint8Array | undefined {
  const sample = bytes.subarray(numberAt + SAMPLE_OFFSET, numberAt + SAMPLE_OFFSET + SAMPLE_BYTES);
  if (sample.length < SAMPLE_BYTES) return undefined;
  const mask = headerMask(keys, sample);
  const first = bytes[0] ?? 0;
  const opened = first ^ ((mask[0] ?? 0) & ((first & LONG_HEADER) === 0 ? 0x1f : 0x0f));
  const header = Uint8Array.from(bytes.subarray(0, numberAt + (opened & 3) + 1));
  header[0] = opened;
  for (let index = numberAt; index < header.length; index++) {
    header[index] = (header[index] ?? 0) ^ (mask[1 + index - numberAt] ?? 0);
  }
  return header;
}

/** Of a short header: keys change when it flips. */
export function keyPhaseOf(header: Uint8Array): number {
  return (header[0] ?? 0) & KEY_PHASE;
}

/** undefined when the packet does not verify under these keys. `expected`: one more than the largest number so far. */
export function openPayload(
  { bytes, numberAt }: ProtectedPacket,
  header: Uint8Array,
  keys: PacketKeys,
  expected: number,
): OpenedPacket | undefined {
  const sealed = bytes.subarray(header.length);
  if (sealed.length < keys.spec.tagBytes) return undefined;
  const number = wholeNumber(header.subarray(numberAt), expected);
  const payload = unseal(keys.spec, keys.key, xorNonce(keys.iv, number), header, sealed);
  return payload === undefined ? undefined : { number, payload };
}

// RFC 9001 sections 5.4.3 and 5.4.4.
function headerMask({ spec, headerKey }: PacketKeys, sample: Uint8Array): Uint8Array {
  if (spec.algorithm === "chacha20-poly1305") {
    return createCipheriv("chacha20", headerKey, sample).update(Buffer.alloc(5));
  }
  return createCipheriv(spec.keyBytes === 16 ? "aes-128-ecb" : "aes-256-ecb", headerKey, null).update(sample);
}

/** RFC 9000 appendix A.3: the number that ends so and is closest to the one expected. */
function wholeNumber(bytes: Uint8Array, expected: number): number {
  const end = bytes.reduce((value, byte) => value * 256 + byte, 0);
  const window = 256 ** bytes.length;
  const number = expected - (expected % window) + end;
  if (number + window / 2 <= expected) return number + window;
  return number > expected + window / 2 && number >= window ? number - window : number;
}
