// Remembers what was delivered last, of all streams together, to tell whether a retransmission brings other bytes.

/** Records per byte of room: segments shorter than this on average are forgotten sooner. */
const BYTES_PER_RECORD = 256;
/** How many records of its stream a comparison looks back: a retransmission is of something recent. */
const MAX_STEPS_BACK = 64;

/** No record: what a stream that has delivered nothing passes as its last one. */
export const NO_RECORD = -1;

/**
 * One ring for all: memory for each stream would be multiplied by their number. A record is a stretch of one stream; it
 * knows the stream's record before it, so that a stream needs to keep nothing but the number of its last one.
 */
export class RecentBytes {
  readonly #bytes: Uint8Array;
  readonly #capacity: number;
  /** Bytes ever written, those left out at the ring's end included. */
  #written = 0;
  /** Records ever made; record r is in slot r modulo their number. */
  #records = 0;
  readonly #slots: number;
  readonly #previous: Float64Array;
  readonly #offsets: Float64Array;
  readonly #starts: Float64Array;
  readonly #lengths: Uint32Array;

  /** With a capacity of 0 nothing is remembered. */
  constructor(capacityBytes: number) {
    this.#capacity = capacityBytes;
    this.#bytes = new Uint8Array(capacityBytes);
    this.#slots = Math.ceil(capacityBytes / BYTES_PER_RECORD);
    this.#previous = new Float64Array(this.#slots);
    this.#offsets = new Float64Array(this.#slots);
    this.#starts = new Float64Array(this.#slots);
    this.#lengths = new Uint32Array(this.#slots);
  }

  /** Gives the number of the new record, which is the stream's last one from now on. */
  remember(last: number, offset: number, bytes: Uint8Array): number {
    const length = bytes.length;
    if (length > this.#capacity) return NO_RECORD;
    const at = this.#written % this.#capacity;
    const left = this.#capacity - at;
    if (left < length) this.#written += left;
    this.#bytes.set(bytes, left < length ? 0 : at);
    const record = this.#records++;
    const slot = record % this.#slots;
    this.#previous[slot] = last;
    this.#offsets[slot] = offset;
    this.#starts[slot] = this.#written;
    this.#lengths[slot] = length;
    this.#written += length;
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

  #isKept(record: number): boolean {
    if (record < 0 || record < this.#records - this.#slots) return false;
    return (this.#starts[record % this.#slots] ?? 0) >= this.#written - this.#capacity;
  }

  #differsWithin(slot: number, from: number, to: number, offset: number, bytes: Uint8Array): boolean {
    const at = ((this.#starts[slot] ?? 0) % this.#capacity) - (this.#offsets[slot] ?? 0);
    for (let place = from; place < to; place++) {
      if (this.#bytes[at + place] !== bytes[place - offset]) return true;
    }
    return false;
  }
}
