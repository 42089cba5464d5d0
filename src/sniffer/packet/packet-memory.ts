// Memory in which packets lie on for a while after they were decoded: slots used in turns.
//
//     | slot 2 | slot 3 | slot 0 | slot 1 |     positions only grow; the oldest slot's are the next to go
//       oldest                    newest
// So what was delivered can be looked at again, and hashed elsewhere, without a copy of its own.

export interface PacketMemoryOptions {
  readonly slots: number;
  readonly slotBytes: number;
  /** Makes the memory of a slot: another thread may have to see it. */
  readonly allocate?: (bytes: number) => Uint8Array;
}

export class PacketMemory {
  readonly slots: readonly Uint8Array[];
  readonly slotBytes: number;
  /** How far the input that passes through here was read: the same for a file, a pipe and gzip. */
  inputOffset = 0;
  #turn = 0;
  #oldestPosition = 0;

  constructor({ slots, slotBytes, allocate = (bytes) => new Uint8Array(bytes) }: PacketMemoryOptions) {
    this.slotBytes = slotBytes;
    this.slots = Array.from({ length: slots }, () => allocate(slotBytes));
  }

  get slot(): Uint8Array {
    return this.slotAt(this.position);
  }

  /**
   * However the input comes in pieces, what was read within so many bytes of it still lies here: a slot is left only when
   * it has little room, and what is carried over to the next is at most half of it.
   */
  get lastingBytes(): number {
    return ((this.slots.length - 1) * this.slotBytes * 3) / 8;
  }

  /** Number of the slot in use, which counts on for ever. */
  get turn(): number {
    return this.#turn;
  }

  /** Where the slot in use begins. */
  get position(): number {
    return this.#turn * this.slotBytes;
  }

  /** Whether what lay at this position still does. */
  holds(position: number): boolean {
    return position >= this.#oldestPosition;
  }

  slotAt(position: number): Uint8Array {
    return this.slots[Math.floor(position / this.slotBytes) % this.slots.length] as Uint8Array;
  }

  /** Where in its slot this position is. */
  offsetAt(position: number): number {
    return position % this.slotBytes;
  }

  /** Goes on in the slot that was used longest ago: what lay there is gone. */
  turnOver(): void {
    this.#turn += 1;
    this.#oldestPosition = Math.max(0, this.#turn - this.slots.length + 1) * this.slotBytes;
  }
}
