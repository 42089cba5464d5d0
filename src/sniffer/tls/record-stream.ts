// One direction of a conversation as records: begins, holes, joining midway, SSLv2's first record, and giving up.
//
//     start --(first byte)--> placed --(hole over a boundary)--> lost --(sure boundary)--> placed
//     any   --(no record header)--> dead: nothing after the first error is believed
import type { Stage } from "../../bytes/stage.js";
import { ByteAccumulator } from "./byte-accumulator.js";
import { RecordDeframer, type StreamChunk, type TlsRecord } from "./record-deframer.js";
import { RECORD_HEADER_BYTES } from "./record-header.js";
import { RecordSearch } from "./record-search.js";
import { decodeSslV2Hello, looksLikeSslV2Hello, type SslV2Hello, sslV2HelloLength } from "./sslv2-hello.js";
import { TlsError } from "./tls-error.js";

interface Place {
  readonly offset: number;
  readonly length: number;
  readonly frame: number;
}

export type RecordStreamOutput =
  | { readonly kind: "record"; readonly record: TlsRecord }
  | ({ readonly kind: "sslv2_hello"; readonly hello: SslV2Hello } & Place)
  /** A hole; `lost` when it hid a boundary. `cut` is the record that it cut off. */
  | ({ readonly kind: "hole"; readonly lost: boolean; readonly cut: CutRecord | undefined } & Place)
  /** A boundary was found again (or first, in a stream joined midway). */
  | ({ readonly kind: "found" } & Place)
  | ({ readonly kind: "damaged"; readonly what: string } & Place);

export interface CutRecord {
  readonly record: TlsRecord;
  readonly fragmentBytes: number;
}

export class RecordStream implements Stage<StreamChunk, RecordStreamOutput> {
  #state: "start" | "placed" | "lost" | "dead";
  #deframer = new RecordDeframer();
  /** Made when a boundary is first lost, which it mostly never is. */
  #search: RecordSearch | undefined;
  /** The first record of a client that may speak SSLv2. */
  #first: ByteAccumulator | undefined;
  #expected: number | undefined;
  readonly #outputs: RecordStreamOutput[] = [];
  #chunks: StreamChunk[] = [];
  #keepsApplicationData = false;

  /** Captured bytes behind a hole that belong to no known record. */
  gapBytes = 0;
  notUnderstoodBytes = 0;
  /** Bytes of records that are not TLS's own: only SSLv2's hello. */
  sslV2Bytes = 0;

  /** `midstream`: the first byte is not known to begin a record. `maySpeakSslV2`: only clients may. */
  constructor(options: { readonly midstream: boolean; readonly maySpeakSslV2: boolean }) {
    if (options.midstream) this.#state = "lost";
    else this.#state = options.maySpeakSslV2 ? "start" : "placed";
  }

  set keepsApplicationData(keeps: boolean) {
    this.#keepsApplicationData = keeps;
    this.#deframer.keepsApplicationData = keeps;
  }

  /** The record under way: its header bytes so far, its fragment bytes so far, its type once known. */
  get pending(): { headerBytes: number; fragmentBytes: number; type: number | undefined } {
    const { pendingHeaderBytes, pendingFragmentBytes, pendingType } = this.#deframer;
    return {
      headerBytes: pendingHeaderBytes + (this.#first?.length ?? 0),
      fragmentBytes: pendingFragmentBytes,
      type: pendingType,
    };
  }

  /** The record under way once its header is complete: at the stream's end, the one that is cut off. */
  get pendingRecord(): TlsRecord | undefined {
    return this.#deframer.pendingRecord;
  }

  push(chunk: StreamChunk): void {
    if (this.#expected !== undefined && chunk.offset > this.#expected) {
      this.gap({ offset: this.#expected, length: chunk.offset - this.#expected, frame: chunk.frame });
    }
    this.#expected = chunk.offset + chunk.bytes.length;
    if (this.#state === "placed" && this.#isDrained() && this.#deframer.passOver(chunk.bytes.length, chunk.frame))
      return;
    this.#accept(chunk);
  }

  /** How many of the next bytes nobody needs to see: `pass` takes their number. */
  get unwatchedBytes(): number {
    return this.#state === "placed" && this.#isDrained() ? this.#deframer.unwatchedBytes : 0;
  }

  /** At most `unwatchedBytes` bytes went by. */
  pass({ offset, length, frame }: Place): void {
    this.#expected = offset + length;
    this.#deframer.passOver(length, frame);
  }

  gap({ offset, length, frame }: Place): void {
    this.#expected = offset + length;
    if (this.#state === "dead" || this.#state === "lost") {
      this.#search?.clear();
      return;
    }
    if (this.#state === "placed" && this.#deframer.skip(length, frame)) {
      this.#outputs.push({ kind: "hole", lost: false, cut: undefined, offset, length, frame });
      return;
    }
    this.#outputs.push({ kind: "hole", lost: true, cut: this.#abandonRecord(), offset, length, frame });
    this.#state = "lost";
  }

  #isDrained(): boolean {
    return this.#chunks.length === 0 && this.#outputs.length === 0;
  }

  next(): RecordStreamOutput | undefined {
    for (;;) {
      const output = this.#outputs.shift() ?? this.#nextRecord();
      if (output !== undefined) return output;
      const chunk = this.#chunks.shift();
      if (chunk === undefined || this.#state === "dead") return undefined;
      this.#deframer.push(chunk);
    }
  }

  finish(): void {
    this.#search?.clear();
  }

  #accept(chunk: StreamChunk): void {
    switch (this.#state) {
      case "start":
        this.#acceptFirst(chunk);
        break;
      case "placed":
        this.#chunks.push(chunk);
        break;
      case "lost":
        this.#acceptLost(chunk);
        break;
      case "dead":
        this.notUnderstoodBytes += chunk.bytes.length;
    }
  }

  #acceptFirst(chunk: StreamChunk): void {
    if ((this.#first?.length ?? 0) === 0 && (chunk.bytes[0] ?? 0x80) < 0x80) {
      this.#state = "placed";
      this.#chunks.push(chunk);
      return;
    }
    this.#first ??= new ByteAccumulator();
    this.#first.append(chunk.bytes);
    const first = this.#first.bytes;
    const guess = looksLikeSslV2Hello(first);
    if (guess === "no")
      this.#giveUp("the first bytes are neither a TLS record nor an SSLv2 hello", chunk, first.length);
    if (guess === "yes" && first.length >= sslV2HelloLength(first)) this.#takeSslV2Hello(chunk, first);
  }

  #takeSslV2Hello(chunk: StreamChunk, bytes: Uint8Array): void {
    this.#first = undefined;
    const length = sslV2HelloLength(bytes);
    const start = chunk.offset + chunk.bytes.length - bytes.length;
    const hello = decodeSslV2Hello(bytes.subarray(0, length));
    this.sslV2Bytes = length;
    this.#outputs.push({ kind: "sslv2_hello", hello, offset: start, length, frame: chunk.frame });
    this.#state = "placed";
    const rest = bytes.subarray(length);
    if (rest.length > 0) this.#chunks.push({ bytes: rest, offset: start + length, frame: chunk.frame });
  }

  #acceptLost(chunk: StreamChunk): void {
    this.gapBytes += chunk.bytes.length;
    this.#search ??= new RecordSearch();
    const found = this.#search.push(chunk);
    const first = found?.[0];
    if (found === undefined || first === undefined) return;
    const length = found.reduce((sum, part) => sum + part.bytes.length, 0);
    this.gapBytes -= length;
    this.#outputs.push({ kind: "found", offset: first.offset, length, frame: chunk.frame });
    this.#state = "placed";
    this.#chunks = found;
  }

  #nextRecord(): RecordStreamOutput | undefined {
    if (this.#state === "dead") return undefined;
    try {
      const record = this.#deframer.next();
      return record === undefined ? undefined : { kind: "record", record };
    } catch (error) {
      if (!(error instanceof TlsError)) throw error;
      return this.#die(error.message);
    }
  }

  #die(what: string): RecordStreamOutput {
    const { leftover, lastFrame, recordOffset } = this.#deframer;
    const length =
      RECORD_HEADER_BYTES + leftover.length + this.#chunks.reduce((sum, { bytes }) => sum + bytes.length, 0);
    this.notUnderstoodBytes += length;
    this.#chunks = [];
    this.#deframer = new RecordDeframer();
    this.#state = "dead";
    return { kind: "damaged", what, offset: recordOffset, length, frame: lastFrame };
  }

  #giveUp(what: string, chunk: StreamChunk, length: number): void {
    this.#first = undefined;
    this.notUnderstoodBytes += length;
    this.#state = "dead";
    const offset = chunk.offset + chunk.bytes.length - length;
    this.#outputs.push({ kind: "damaged", what, offset, length, frame: chunk.frame });
  }

  /** Header bytes that never became a header, and SSLv2's, cannot be placed. */
  #abandonRecord(): CutRecord | undefined {
    const { headerBytes, fragmentBytes } = this.pending;
    const record = this.#deframer.pendingRecord;
    this.#first = undefined;
    this.#deframer = new RecordDeframer();
    this.#deframer.keepsApplicationData = this.#keepsApplicationData;
    if (record !== undefined) return { record, fragmentBytes };
    this.gapBytes += headerBytes;
    return undefined;
  }
}
