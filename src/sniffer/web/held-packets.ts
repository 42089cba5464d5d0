// The latest packets, as they would stand in a file of -w: as many as there is room for, in pieces that go as a whole.
import { type CaptureOrigin, CaptureWriter, packetBlockBytes, withComment } from "../capture/capture-writer.js";
import { SecretLines } from "../capture/secret-lines.js";
import type { RawPacket } from "../packet/raw-packet.js";
import type { HeldCount } from "../page/live-update.js";

export interface HeldLimits {
  readonly bytes: number;
  /** Of one piece; larger packets have one of their own. */
  readonly pieceBytes: number;
}

export const HELD_LIMITS: HeldLimits = { bytes: 0x4000000, pieceBytes: 0x100000 };

interface Piece {
  readonly memory: Uint8Array;
  length: number;
  packets: number;
}

/** What is held at one moment: it stays until it is released. */
export interface HeldCapture {
  readonly pieces: readonly Uint8Array[];
  release(): void;
}

export class HeldPackets {
  readonly #limits: HeldLimits;
  readonly #writer: CaptureWriter;
  readonly #secrets = new SecretLines();
  readonly #pieces: Piece[] = [];
  /** Of a piece that went, where nobody reads it any more. */
  #spare: Uint8Array | undefined;
  #memoryBytes = 0;
  #usedBytes = 0;
  #packets = 0;
  #readers = 0;

  constructor(origin: CaptureOrigin = {}, limits: HeldLimits = HELD_LIMITS) {
    this.#limits = limits;
    this.#writer = new CaptureWriter({ application: "earshot sniffer", ...origin });
  }

  get count(): HeldCount {
    return { packets: this.#packets, bytes: this.#usedBytes };
  }

  /** Copies it. The comment tells what the packet gives away. */
  push(packet: RawPacket, comment?: string): void {
    this.#writer.interfaceOf(packet);
    const length = packetBlockBytes(packet);
    if (comment === undefined) {
      const piece = this.#roomFor(length);
      if (piece === undefined) return;
      this.#writer.encodePacket(piece.memory, piece.length, packet);
      this.#add(piece, length);
      return;
    }
    const plain = new Uint8Array(length);
    this.#writer.encodePacket(plain, 0, packet);
    const block = withComment(plain, comment);
    const piece = this.#roomFor(block.length);
    if (piece === undefined) return;
    piece.memory.set(block, piece.length);
    this.#add(piece, block.length);
  }

  secrets(keyLog: string): void {
    this.#secrets.push(keyLog);
  }

  /** As a pcapng file: its head, the keys, and the packets. */
  capture(): HeldCapture {
    const keys = this.#secrets.all();
    const head = [this.#writer.head(), ...(keys.length > 0 ? [this.#writer.secrets(keys)] : [])];
    const packets = this.#pieces.map(({ memory, length }) => memory.subarray(0, length));
    this.#readers += 1;
    let isReleased = false;
    const release = (): void => {
      if (!isReleased) this.#readers -= 1;
      isReleased = true;
    };
    return { pieces: [...head, ...packets], release };
  }

  #add(piece: Piece, bytes: number): void {
    piece.length += bytes;
    piece.packets += 1;
    this.#usedBytes += bytes;
    this.#packets += 1;
  }

  /** Undefined for a packet that there is no room for at all. */
  #roomFor(bytes: number): Piece | undefined {
    const last = this.#pieces.at(-1);
    if (last !== undefined && last.length + bytes <= last.memory.length) return last;
    if (bytes > this.#limits.bytes) return undefined;
    const size = Math.max(bytes, Math.min(this.#limits.pieceBytes, this.#limits.bytes));
    while (this.#memoryBytes + size > this.#limits.bytes) this.#forgetOldest();
    const spare = this.#spare;
    this.#spare = undefined;
    const memory = spare?.length === size ? spare : new Uint8Array(size);
    const piece = { memory, length: 0, packets: 0 };
    this.#pieces.push(piece);
    this.#memoryBytes += size;
    return piece;
  }

  #forgetOldest(): void {
    const oldest = this.#pieces.shift();
    if (oldest === undefined) return;
    this.#memoryBytes -= oldest.memory.length;
    this.#usedBytes -= oldest.length;
    this.#packets -= oldest.packets;
    // Whoever saves them at this moment still reads it.
    this.#spare = this.#readers === 0 ? oldest.memory : undefined;
  }
}
