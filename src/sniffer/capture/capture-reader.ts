// Reads a capture file of either format, told apart by the first four bytes.
import type { Stage } from "../../bytes/stage.js";
import type { RawPacket } from "../packet/raw-packet.js";
import { CaptureInput } from "./capture-input.js";
import type { CaptureLimits } from "./capture-limits.js";
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
export class CaptureReader implements Stage<Uint8Array, RawPacket> {
  readonly #limits: Partial<CaptureLimits>;
  readonly #input = new CaptureInput();
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

  push(chunk: Uint8Array): void {
    (this.#pcap ?? this.#pcapng ?? this.#input).push(chunk);
  }

  finish(): void {
    this.#input.end();
    this.#pcap?.finish();
    this.#pcapng?.finish();
  }

  next(): RawPacket | undefined {
    const reader = this.#pcap ?? this.#pcapng ?? this.#choose();
    return reader?.next();
  }

  #choose(): PcapReader | PcapngReader | undefined {
    const input = this.#input;
    if (this.#failed || (input.length < MAGIC_BYTES && !input.ended)) {
      return undefined;
    }
    // Missing bytes read as zero, which no magic number ends with.
    const magic = input.peek32(0, false);
    if (magic === SECTION_HEADER) {
      this.#pcapng = new PcapngReader(this.#limits);
      return this.#handOver(this.#pcapng);
    }
    if (isPcapMagic(magic)) {
      this.#pcap = new PcapReader(this.#limits);
      return this.#handOver(this.#pcap);
    }
    this.#failed = true;
    throw this.#refusal(magic);
  }

  #handOver<Reader extends PcapReader | PcapngReader>(reader: Reader): Reader {
    reader.push(this.#input.take(this.#input.length));
    if (this.#input.ended) {
      reader.finish();
    }
    return reader;
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
