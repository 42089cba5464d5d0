// Brings the bytes of a capture file to its reader through memory that packets may lie in, so that they are not copied.
import type { PacketMemory } from "../packet/packet-memory.js";
import type { CaptureReader } from "./capture-reader.js";

/** With less room than this, reading goes on in the next slot. */
const MIN_ROOM_BYTES = 0x8000;

/**
 * Ask for `room`, write to its front, say how much with `filled`, and advance the reader until it gives nothing. What
 * the reader still waits for then stands at the end of the memory used, or is brought to the front of the next slot.
 */
export class CaptureFeed {
  readonly #reader: CaptureReader;
  readonly #memory: PacketMemory;
  readonly #makeRoom: (turn: number) => void;
  #end = 0;
  /** A unit that no slot can hold: it grows in memory of the reader's own. */
  #scratch: Uint8Array | undefined;

  /** `turnsOver` is told before a slot is used again. */
  constructor(reader: CaptureReader, memory: PacketMemory, turnsOver: (turn: number) => void = () => {}) {
    this.#reader = reader;
    this.#memory = memory;
    this.#makeRoom = turnsOver;
  }

  room(): Uint8Array {
    const waiting = this.#reader.waitingBytes;
    const { slotBytes } = this.#memory;
    if (waiting > slotBytes / 2) {
      this.#scratch ??= new Uint8Array(slotBytes);
      return this.#scratch;
    }
    const isInSlot = this.#scratch === undefined;
    this.#scratch = undefined;
    if (!isInSlot || slotBytes - this.#end < MIN_ROOM_BYTES) this.#turnOver(waiting);
    return this.#memory.slot.subarray(this.#end);
  }

  filled(length: number): void {
    if (this.#scratch !== undefined) {
      this.#reader.push(this.#scratch.subarray(0, length));
      return;
    }
    const start = this.#end - this.#reader.waitingBytes;
    this.#end += length;
    const { slot, position } = this.#memory;
    this.#reader.lend(slot, start, this.#end, position + start);
  }

  /** For bytes that come in memory of their own. */
  *push(chunk: Uint8Array): Generator<void> {
    for (let at = 0; at < chunk.length; ) {
      const room = this.room();
      const part = chunk.subarray(at, at + room.length);
      room.set(part);
      at += part.length;
      this.filled(part.length);
      yield;
    }
  }

  #turnOver(waiting: number): void {
    this.#makeRoom(this.#memory.turn + 1);
    // Before the slot is given up: with a single slot, it is the same.
    const rest = new Uint8Array(waiting);
    this.#reader.copyWaiting(rest, 0);
    this.#memory.turnOver();
    this.#memory.slot.set(rest);
    this.#end = waiting;
  }
}
