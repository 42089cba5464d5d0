// Remembers what was delivered last, of all streams together, to tell whether a retransmission brings other bytes.

import { NOWHERE } from "../packet/packet-cursor.js";
import type { PacketMemory } from "../packet/packet-memory.js";

/** Records per byte of room: segments shorter than this on average are forgotten sooner. */
const BYTES_PER_RECORD = 256;
/** How many records of its stream a comparison looks back: a retransmission is of something recent. */
const MAX_STEPS_BACK = 64;

/** No record: what a stream that has delivered nothing passes as its last one. */
export const NO_RECORD = -1;

/**
 * One memory for all: some for each stream would be multiplied by their number. A record is a stretch of one stream; it
 * knows the stream's record before it, so that a stream needs to keep nothing but the number of its last one. Bytes that
 * stand in a PacketMemory stay there; others are copied into a ring.
 */
export class RecentBytes {
  readonly #packets: PacketMemory | undefined;
  readonly #ring: Uint8Array;
  readonly #capacity: number;
  /** Bytes ever written to the ring, those left out at its end included. */
  #written = 0;
  /** Records ever made; record r is in slot r modulo their number. */
  #records = 0;
  readonly #slots: number;
  readonly #previous: Float64Array;
  readonly #offsets: Float64Array;
  /** A position in the PacketMemory, or (below zero) one less than minus the count of bytes written to the ring before. */
  readonly #places: Float64Array;
  readonly #lengths: Uint32Array;
  /** How far the input was read then. */
  readonly #readTo: Float64Array;

  /** With a capacity of 0 nothing is remembered. */
  constructor(capacityBytes: number, packets?: PacketMemory) {
    this.#capacity = capacityBytes;
    this.#packets = packets;
    this.#ring = new Uint8Array(capacityBytes);
    this.#slots = Math.ceil(capacityBytes / BYTES_PER_RECORD);
    this.#previous = new Float64Array(this.#slots);
    this.#offsets = new Float64Array(this.#slots);
    this.#places = new Float64Array(this.#slots);
    this.#lengths = new Uint32Array(this.#slots);
    this.#readTo = new Float64Array(this.#slots);
  }

  /** Gives the number of the new record, which is the stream's last one from now on. */
  remember(last: number, offset: number, bytes: Uint8Array, position: number = NOWHERE): number {
    if (bytes.length > this.#capacity) return NO_RECORD;
    const isPlaced = position >= 0 && this.#packets !== undefined;
    return this.#record(last, offset, bytes.length, isPlaced ? position : this.#copy(bytes));
  }

  /** The same for bytes in the PacketMemory. */
  rememberAt(last: number, offset: number, length: number, position: number): number {
    return length > this.#capacity ? NO_RECORD : this.#record(last, offset, length, position);
  }

  #record(last: number, offset: number, length: number, place: number): number {
    const record = this.#records++;
    const slot = record % this.#slots;
    this.#previous[slot] = last;
    this.#offsets[slot] = offset;
    this.#places[slot] = place;
    this.#lengths[slot] = length;
    this.#readTo[slot] = this.#packets?.inputOffset ?? 0;
    return record;
  }

  /** Whether bytes of the stream that ends with record `last` are still known and are not these at `offset`. */
  differs(last: number, offset: number, bytes: Uint8Array): boolean {
    let record = last;
    for (let step = 0; step < MAX_STEPS_BACK && this.#isKept(record); step++) {
      const slot = record % this.#slots;
      const start = this.#offsets[slot] ?? 0;
      const end = start + (this.#lengths[slot] ?? 0);
      if (this.#differsWithin(slot, Math.max(start, offset), Math.min(end, offset + bytes.length), offset, bytes)) {
        return true;
      }
      if (start <= offset) return false;
      record = this.#previous[slot] ?? NO_RECORD;
    }
    return false;
  }

  #copy(bytes: Uint8Array): number {
    const at = this.#written % this.#capacity;
    const left = this.#capacity - at;
    if (left < bytes.length) this.#written += left;
    this.#ring.set(bytes, left < bytes.length ? 0 : at);
    const place = -1 - this.#written;
    this.#written += bytes.length;
    return place;
  }

  #isKept(record: number): boolean {
    if (record < 0 || record < this.#records - this.#slots) return false;
    const slot = record % this.#slots;
    // Not for as long as they happen to lie there: the same capture must say the same however it comes in pieces.
    const packets = this.#packets;
    if (packets !== undefined && packets.inputOffset - (this.#readTo[slot] ?? 0) > packets.lastingBytes) return false;
    const place = this.#places[slot] ?? 0;
    if (place >= 0) return packets?.holds(place) ?? false;
    return -1 - place >= this.#written - this.#capacity;
  }

  #differsWithin(slot: number, from: number, to: number, offset: number, bytes: Uint8Array): boolean {
    const place = this.#places[slot] ?? 0;
    const packets = this.#packets;
    const memory = place >= 0 && packets !== undefined ? packets.slotAt(place) : this.#ring;
    const begin = place >= 0 && packets !== undefined ? packets.offsetAt(place) : (-1 - place) % this.#capacity;
    const at = begin - (this.#offsets[slot] ?? 0);
    for (let index = from; index < to; index++) {
      if (memory[at + index] !== bytes[index - offset]) return true;
    }
    return false;
  }
}
