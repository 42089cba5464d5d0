// Blocks of a pcapng file that wait to be written, in one piece of memory: a packet costs no object of its own.
import type { RawPacket } from "../packet/raw-packet.js";
import { type CaptureWriter, packetBlockBytes, withComment } from "./capture-writer.js";

const INITIAL_BYTES = 0x40000;

interface Note {
  readonly at: number;
  readonly blockBytes: number;
  readonly comment: string;
}

export class PacketBatch {
  #bytes = Buffer.alloc(INITIAL_BYTES);
  #length = 0;
  /** Few packets have one: those are encoded anew when the batch is taken. */
  #notes: Note[] = [];
  #first: Uint8Array[] = [];

  get length(): number {
    return this.#length;
  }

  /** Before all that waits: keys are known a moment after the packets that they open, and must stand before those. */
  prepend(block: Uint8Array): void {
    this.#first.push(block);
  }

  append(block: Uint8Array): void {
    this.#reserve(block.length);
    this.#bytes.set(block, this.#length);
    this.#length += block.length;
  }

  /** The interface must have been described. Gives the length of the block. */
  packet(packet: RawPacket, writer: CaptureWriter, comment: string | undefined): number {
    const blockBytes = packetBlockBytes(packet);
    this.#reserve(blockBytes);
    writer.encodePacket(this.#bytes, this.#length, packet);
    if (comment !== undefined) this.#notes.push({ at: this.#length, blockBytes, comment });
    this.#length += blockBytes;
    return blockBytes;
  }

  /** All that waits; valid until the next call of anything. */
  take(): Uint8Array {
    const bytes = this.#bytes.subarray(0, this.#length);
    const notes = this.#notes;
    const parts = this.#first;
    this.#length = 0;
    if (notes.length + parts.length === 0) return bytes;
    this.#notes = [];
    this.#first = [];
    let from = 0;
    for (const { at, blockBytes, comment } of notes) {
      parts.push(bytes.subarray(from, at), withComment(bytes.subarray(at, at + blockBytes), comment));
      from = at + blockBytes;
    }
    return Buffer.concat([...parts, bytes.subarray(from)]);
  }

  #reserve(blockBytes: number): void {
    if (this.#length + blockBytes <= this.#bytes.length) return;
    const grown = Buffer.alloc(Math.max(this.#bytes.length * 2, this.#length + blockBytes));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}
