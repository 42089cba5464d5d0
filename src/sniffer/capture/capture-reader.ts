// Reads a capture file of either format, told apart by the first four bytes.
import { NOWHERE, PacketCursor } from "../packet/packet-cursor.js";
import type { RawPacket } from "../packet/raw-packet.js";
import { CaptureInput } from "./capture-input.js";
import type { CaptureLimits } from "./capture-limits.js";
import type { PacketReader } from "./packet-reader.js";
import { isPcapMagic, PcapReader } from "./pcap-reader.js";
import { SECTION_HEADER } from "./pcapng-block.js";
import { PcapngReader } from "./pcapng-reader.js";

const MAGIC_BYTES = 4;
const GZIP_MAGIC = 0x1f8b;
const ZSTD_MAGIC = 0x28b52ffd;
const LZ4_MAGIC = 0x04224d18;

/**
 * Bytes of a pcap or pcapng file in, packets out. `next` throws one CaptureError at the first damage, behind the good
 * packets, and gives nothing from then on; code `compressed` asks the caller to unpack the file and start again.
 */
export class CaptureReader implements PacketReader {
  readonly #limits: Partial<CaptureLimits>;
  readonly #input = new CaptureInput();
  readonly #cursor = new PacketCursor();
  #pcap: PcapReader | undefined;
  #pcapng: PcapngReader | undefined;
  #failed = false;

  constructor(limits: Partial<CaptureLimits> = {}) {
    this.#limits = limits;
  }

  /** Undefined until four bytes have come and `next` was called. */
  get format(): "pcap" | "pcapng" | undefined {
    if (this.#pcap !== undefined) {
      return "pcap";
    }
    return this.#pcapng === undefined ? undefined : "pcapng";
  }

  /** TLS key logs (NSS format) that the file carried so far; only pcapng can. */
  get secrets(): readonly Uint8Array[] {
    return this.#pcapng?.secrets ?? [];
  }

  /** Bytes that wait for the rest of their packet. */
  get waitingBytes(): number {
    return this.#input.length;
  }

  /** Bytes that are read, what waits not counted. */
  get readBytes(): number {
    return this.#input.offset;
  }

  copyWaiting(memory: Uint8Array, at: number): void {
    this.#input.copyTo(memory, at);
  }

  push(chunk: Uint8Array): void {
    this.#input.push(chunk);
  }

  /**
   * Reads on in the caller's memory, from `start` to `end`, without a copy. It must begin with the bytes that still wait
   * and stay as it is until `advance` or `next` gave nothing. `position` is where `start` stands in a PacketMemory.
   */
  lend(memory: Uint8Array, start: number, end: number, position: number = NOWHERE): void {
    this.#input.lend(memory, start, end, position);
  }

  finish(): void {
    this.#input.finish();
  }

  next(): RawPacket | undefined {
    return this.advance(this.#cursor) ? this.#cursor.packet() : undefined;
  }

  advance(cursor: PacketCursor): boolean {
    if (this.#pcap !== undefined) return this.#pcap.advance(cursor);
    const reader = this.#pcapng ?? this.#choose();
    return reader?.advance(cursor) ?? false;
  }

  #choose(): PcapReader | PcapngReader | undefined {
    const input = this.#input;
    if (this.#failed || (input.length < MAGIC_BYTES && !input.ended)) {
      return undefined;
    }
    // Missing bytes read as zero, which no magic number ends with.
    const magic = input.peek32(0, false);
    if (magic === SECTION_HEADER) {
      this.#pcapng = new PcapngReader(this.#limits, input);
      return this.#pcapng;
    }
    if (isPcapMagic(magic)) {
      this.#pcap = new PcapReader(this.#limits, input);
      return this.#pcap;
    }
    this.#failed = true;
    throw this.#refusal(magic);
  }

  #refusal(magic: number): Error {
    const input = this.#input;
    const length = input.length;
    input.abandon();
    if (magic >>> 16 === GZIP_MAGIC) {
      return input.error("compressed", "the capture is compressed with gzip: gunzip it first");
    }
    if (magic === ZSTD_MAGIC || magic === LZ4_MAGIC) {
      return input.error("compressed", "the capture is compressed with zstd or lz4: unpack it first");
    }
    return length === 0
      ? input.error("not_a_capture", "the file is empty")
      : input.error("not_a_capture", "neither pcap nor pcapng: the first bytes are not those of either");
  }
}
