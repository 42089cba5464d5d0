// Opens QUIC's Initial packets (RFC 9001 section 5). Their keys follow from the connection id in the clear: they hide nothing
// from anyone who cares to look, which is why an eavesdropper may.
import { createCipheriv, createDecipheriv, createHmac } from "node:crypto";
import type { Side } from "../event.js";
import { expandLabel } from "./key-schedule.js";
import type { QuicPacket } from "./quic-packet.js";
import type { QuicVersion } from "./quic-version.js";

const KEY_BYTES = 16;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const SECRET_BYTES = 32;
const SAMPLE_OFFSET = 4;
const SAMPLE_BYTES = 16;

export interface InitialKeys {
  readonly key: Uint8Array;
  readonly iv: Uint8Array;
  readonly headerKey: Uint8Array;
}

/** Keys of one side, from the connection id to which the client sent its first packet. */
export function initialKeys(version: QuicVersion, connectionId: Uint8Array, side: Side): InitialKeys {
  const initial = createHmac("sha256", version.salt).update(connectionId).digest();
  const secret = expandLabel("sha256", initial, `${side} in`, SECRET_BYTES);
  const derive = (label: string, length: number) =>
    expandLabel("sha256", secret, `${version.labelPrefix} ${label}`, length);
  return { key: derive("key", KEY_BYTES), iv: derive("iv", IV_BYTES), headerKey: derive("hp", KEY_BYTES) };
}

/** The frames of an Initial packet, or undefined when it does not verify under these keys. */
export function openInitial(packet: QuicPacket, keys: InitialKeys): Uint8Array | undefined {
  const { numberAt } = packet;
  const sample = packet.bytes.subarray(numberAt + SAMPLE_OFFSET, numberAt + SAMPLE_OFFSET + SAMPLE_BYTES);
  if (sample.length < SAMPLE_BYTES) return undefined;
  const mask = createCipheriv("aes-128-ecb", keys.headerKey, null).update(sample);
  const header = unmasked(packet, mask);
  const number = header.subarray(numberAt);
  const sealed = packet.bytes.subarray(header.length);
  if (sealed.length < TAG_BYTES) return undefined;
  const decipher = createDecipheriv("aes-128-gcm", keys.key, nonceOf(keys.iv, number));
  decipher.setAAD(header).setAuthTag(sealed.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, -TAG_BYTES)), decipher.final()]);
  } catch {
    return undefined;
  }
}

/** The header with its protection taken off, through the end of the packet number. */
function unmasked({ bytes, numberAt }: QuicPacket, mask: Uint8Array): Uint8Array {
  const first = (bytes[0] ?? 0) ^ ((mask[0] ?? 0) & 0x0f);
  const header = Uint8Array.from(bytes.subarray(0, numberAt + (first & 3) + 1));
  header[0] = first;
  for (let index = numberAt; index < header.length; index++) {
    header[index] = (header[index] ?? 0) ^ (mask[1 + index - numberAt] ?? 0);
  }
  return header;
}

// Initial packets are few, so that their numbers are never shortened.
function nonceOf(iv: Uint8Array, number: Uint8Array): Uint8Array {
  const nonce = Uint8Array.from(iv);
  const offset = nonce.length - number.length;
  for (const [index, byte] of number.entries()) nonce[offset + index] = (nonce[offset + index] ?? 0) ^ byte;
  return nonce;
}
