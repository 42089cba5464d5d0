// "10.0.0.1.40001 > 10.0.0.2.443" as bytes, kept for the ends seen lately: most packets have those of one shortly before.
import type { DecodedPacket } from "../packet/decoded-packet.js";

const PLACES_LOG2 = 10;
const PLACES = 1 << PLACES_LOG2;
const KEY_NUMBERS = 3;
/** The longest text has 45. */
const TEXT_BYTES = 64;
const HASH_FACTOR = 0x9e3779b1;

const keys = new Int32Array(PLACES * KEY_NUMBERS);
const lengths = new Uint8Array(PLACES);
const texts = new Uint8Array(PLACES * TEXT_BYTES);

/** Writes the ends of a packet over IPv4 that has ports; `write` makes their text. Gives the place behind it. */
export function writeKnownEnds(
  packet: DecodedPacket,
  into: Uint8Array,
  at: number,
  write: (into: Uint8Array, at: number, packet: DecodedPacket) => number,
): number {
  const source = addressNumber(packet.addresses, packet.sourceAt);
  const destination = addressNumber(packet.addresses, packet.destinationAt);
  const ports = (packet.sourcePort << 16) | packet.destinationPort;
  const mixed = Math.imul(Math.imul(source, HASH_FACTOR) ^ destination, HASH_FACTOR) ^ ports;
  const place = Math.imul(mixed, HASH_FACTOR) >>> (32 - PLACES_LOG2);
  const key = place * KEY_NUMBERS;
  const text = place * TEXT_BYTES;
  if (keys[key] === source && keys[key + 1] === destination && keys[key + 2] === ports && lengths[place] !== 0) {
    const length = lengths[place] ?? 0;
    for (let index = 0; index < length; index++) into[at + index] = texts[text + index] ?? 0;
    return at + length;
  }
  const end = write(into, at, packet);
  keys[key] = source;
  keys[key + 1] = destination;
  keys[key + 2] = ports;
  lengths[place] = end - at;
  texts.set(into.subarray(at, end), text);
  return end;
}

function addressNumber(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
}
