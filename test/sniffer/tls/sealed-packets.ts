// Makes protected packets of QUIC for tests: the sender's half of RFC 9001 section 5, written apart from the code under test.
import { createCipheriv, createHmac } from "node:crypto";
import { vector } from "./hello-bytes.js";

const SALT = Buffer.from("38762cf7f55934b34d179ae6a4c80cadccbb7f0a", "hex");
const TYPES = { initial: 0xc0, early: 0xd0, handshake: 0xe0 } as const;
const VERSION = Buffer.from([0, 0, 0, 1]);
const TAG_BYTES = 16;

export interface LongPacket {
  readonly type: keyof typeof TYPES;
  readonly destination: Uint8Array;
  readonly source: Uint8Array;
  readonly number: number;
  readonly frames: Uint8Array;
  readonly secret: Uint8Array;
}

export interface ShortPacket extends Pick<LongPacket, "destination" | "number" | "frames" | "secret"> {
  /** How often the keys were changed. */
  readonly generation?: number;
}

/** The secret of Initial packets. */
export function initialSecret(side: "client" | "server", connectionId: Uint8Array): Uint8Array {
  return expandLabel(createHmac("sha256", SALT).update(connectionId).digest(), `${side} in`, 32);
}

/** Version 1 with AES-128-GCM; the packet number takes one byte. */
export function sealLong({ type, destination, source, number, frames, secret }: LongPacket): Uint8Array {
  const token = type === "initial" ? [Buffer.from([0])] : [];
  const length = varint(1 + frames.length + TAG_BYTES);
  const fixed = [Buffer.from([TYPES[type]]), VERSION, vector(1, destination), vector(1, source)];
  return seal(
    Buffer.concat([...fixed, ...token, length, Buffer.from([number & 0xff])]),
    number,
    frames,
    secret,
    secret,
  );
}

export function sealShort({ destination, number, frames, secret, generation = 0 }: ShortPacket): Uint8Array {
  let current = secret;
  for (let round = 0; round < generation; round++) current = expandLabel(current, "quic ku", 32);
  const header = Buffer.concat([
    Buffer.from([0x40 | ((generation & 1) << 2)]),
    destination,
    Buffer.from([number & 0xff]),
  ]);
  return seal(header, number, frames, current, secret);
}

/** A number in two bytes. */
function varint(value: number): Uint8Array {
  return Buffer.from([0x40 | (value >>> 8), value & 0xff]);
}

/** A CRYPTO frame. */
export function cryptoFrame(offset: number, bytes: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from([0x06]), varint(offset), varint(bytes.length), bytes]);
}

/** A STREAM frame with its offset and length. */
export function streamFrame(id: number, offset: number, bytes: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from([0x0e]), varint(id), varint(offset), varint(bytes.length), bytes]);
}

function seal(
  header: Buffer,
  number: number,
  frames: Uint8Array,
  secret: Uint8Array,
  headerSecret: Uint8Array,
): Uint8Array {
  const nonce = expandLabel(secret, "quic iv", 12);
  nonce.writeUInt32BE((nonce.readUInt32BE(8) ^ number) >>> 0, 8);
  const cipher = createCipheriv("aes-128-gcm", expandLabel(secret, "quic key", 16), nonce).setAAD(header);
  const sealed = Buffer.concat([cipher.update(frames), cipher.final(), cipher.getAuthTag()]);
  // The number takes one byte, so that the sample begins three bytes behind it.
  const key = expandLabel(headerSecret, "quic hp", 16);
  const mask = createCipheriv("aes-128-ecb", key, null).update(sealed.subarray(3, 19));
  const [first = 0] = header;
  header[0] = first ^ ((mask[0] ?? 0) & ((first & 0x80) === 0 ? 0x1f : 0x0f));
  header[header.length - 1] = (number & 0xff) ^ (mask[1] ?? 0);
  return Buffer.concat([header, sealed]);
}

/** HKDF-Expand-Label for outputs of one block. */
function expandLabel(secret: Uint8Array, label: string, length: number): Buffer {
  const name = Buffer.from(`tls13 ${label}`);
  const info = Buffer.concat([Buffer.from([0, length, name.length]), name, Buffer.from([0, 1])]);
  return Buffer.from(createHmac("sha256", secret).update(info).digest().subarray(0, length));
}
