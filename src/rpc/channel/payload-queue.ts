// Encoded messages that wait to be read, packed tightly: a view kept for each would hold the whole chunk it came in.

/** From here on a payload is kept as it is: it fills at least half of the chunk that it lies in. */
const MIN_KEPT_BYTES = 0x8000;
const FIRST_BLOCK_BYTES = 0x400;
const MAX_BLOCK_BYTES = 0x4000;
const LENGTH_BYTES = 2;

/** Payloads one behind the other, each small one behind its length. `own`: the block is one large payload. */
interface Block {
  readonly bytes: Buffer;
  readonly own: boolean;
  read: number;
  written: number;
}

/** First in, first out. What `take` gives is never written to again. */
export class PayloadQueue {
  /** Those before the head are read, and gone. */
  #blocks: (Block | undefined)[] = [];
  #head = 0;
  #count = 0;
  #nextBlockBytes = FIRST_BLOCK_BYTES;

  /** Payloads that wait. */
  get size(): number {
    return this.#count;
  }

  add(payload: Uint8Array): void {
    this.#count += 1;
    const { length } = payload;
    if (length >= MIN_KEPT_BYTES) {
      const bytes = Buffer.from(payload.buffer, payload.byteOffset, length);
      this.#blocks.push({ bytes, own: true, read: 0, written: length });
      return;
    }
    const block = this.#room(LENGTH_BYTES + length);
    block.bytes.writeUInt16BE(length, block.written);
    block.bytes.set(payload, block.written + LENGTH_BYTES);
    block.written += LENGTH_BYTES + length;
  }

  take(): Uint8Array | undefined {
    const block = this.#blocks[this.#head];
    if (block === undefined) {
      return undefined;
    }
    this.#count -= 1;
    const payload = block.own ? block.bytes : next(block);
    if (block.own || block.read === block.written) {
      this.#dropFirst();
    }
    return payload;
  }

  clear(): void {
    this.#blocks = [];
    this.#head = 0;
    this.#count = 0;
  }

  #room(bytes: number): Block {
    const last = this.#blocks.at(-1);
    if (last !== undefined && !last.own && last.bytes.length - last.written >= bytes) {
      return last;
    }
    const size = Math.max(bytes, this.#nextBlockBytes);
    this.#nextBlockBytes = Math.min(this.#nextBlockBytes * 2, MAX_BLOCK_BYTES);
    const block = { bytes: Buffer.allocUnsafe(size), own: false, read: 0, written: 0 };
    this.#blocks.push(block);
    return block;
  }

  #dropFirst(): void {
    this.#blocks[this.#head] = undefined;
    this.#head += 1;
    if (this.#head === this.#blocks.length) {
      this.clear();
      this.#nextBlockBytes = FIRST_BLOCK_BYTES;
    } else if (this.#head > 32) {
      this.#blocks = this.#blocks.slice(this.#head);
      this.#head = 0;
    }
  }
}

function next(block: Block): Uint8Array {
  const start = block.read + LENGTH_BYTES;
  block.read = start + block.bytes.readUInt16BE(block.read);
  return block.bytes.subarray(start, block.read);
}
