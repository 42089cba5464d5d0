// Cuts one direction's stream into TLS records (RFC 8446 section 5.1). It knows no state of the handshake.
//
//     chunk  chunk        chunk                 a record may lie in one chunk (its fragment is then a view)
//     |------|------------|-------------|       or in any number of them (it is then a copy)
//      5+body  5+bo        dy  5+body
import type { Stage } from "../../bytes/stage.js";
import { ByteAccumulator } from "./byte-accumulator.js";
import { ContentType } from "./names.js";
import { fragmentLength, RECORD_HEADER_BYTES, recordHeaderFault, recordVersion } from "./record-header.js";
import { TlsError } from "./tls-error.js";

/** Bytes of one side in order; `offset` counts from the side's first byte. */
export interface StreamChunk {
  readonly bytes: Uint8Array;
  readonly offset: number;
  readonly frame: number;
}

export interface TlsRecord {
  readonly type: number;
  readonly version: number;
  /** Length of the fragment as the header tells it. */
  readonly length: number;
  /** Bytes of the fragment that a hole swallowed or that never came. */
  readonly missing: number;
  /** Where the header begins in the side's stream. */
  readonly offset: number;
  /** The packet that completed the record; of one that is not whole, the last before what is missing. */
  readonly frame: number;
  /** undefined when bytes are missing or when nobody asked for them; valid until the next push. */
  readonly fragment: Uint8Array | undefined;
}

const EMPTY = new Uint8Array(0);

/**
 * Throws TlsError `malformed` from `next` at the first header that is none; good records before it are delivered. The
 * deframer is then finished: the header's bytes are still pending and `leftover` has what followed them.
 */
export class RecordDeframer implements Stage<StreamChunk, TlsRecord> {
  /** Fragments of application data are only skipped over unless this is set: nobody can read them without keys. */
  keepsApplicationData = false;

  #chunk: Uint8Array = EMPTY;
  #at = 0;
  #chunkOffset = 0;
  #frame = 0;
  readonly #header = new Uint8Array(RECORD_HEADER_BYTES);
  #headerBytes = 0;
  #recordOffset = 0;
  /** Fragment bytes still to come; -1 while no header is complete. */
  #remaining = -1;
  #missing = 0;
  /** The last packet before the first hole in the fragment. */
  #cutFrame: number | undefined;
  readonly #fragment = new ByteAccumulator();
  #finished = false;

  push(chunk: StreamChunk): void {
    this.#chunk = chunk.bytes;
    this.#at = 0;
    this.#chunkOffset = chunk.offset;
    this.#frame = chunk.frame;
  }

  /** How many of the next bytes may be passed over. */
  get unwatchedBytes(): number {
    return this.#remaining > 0 && this.#at === this.#chunk.length && !this.#isWanted() ? this.#remaining - 1 : 0;
  }

  /**
   * Takes bytes in the place of a push when all of them lie inside a fragment that nobody wants to read, which is where most
   * bytes of most captures lie. False when they do not, or when something of the last push is left.
   */
  passOver(length: number, frame: number): boolean {
    if (this.#remaining <= length || this.#at < this.#chunk.length || this.#isWanted()) return false;
    this.#remaining -= length;
    this.#frame = frame;
    return true;
  }

  next(): TlsRecord | undefined {
    if (this.#finished) return undefined;
    if (this.#remaining < 0 && !this.#readHeader()) return undefined;
    return this.#readFragment();
  }

  finish(): void {
    this.#finished = true;
    this.#fragment.clear();
    this.#chunk = EMPTY;
  }

  /**
   * A hole of `length` bytes at the end of what was pushed. True when it lies inside the fragment of a record whose
   * header was seen: the next boundary is then still known. False when it is not; the deframer must then be dropped.
   */
  skip(length: number, frame: number): boolean {
    if (this.#remaining < length) return false;
    this.#cutFrame ??= this.#frame;
    this.#frame = frame;
    this.#missing += length;
    this.#remaining -= length;
    this.#fragment.clear();
    return true;
  }

  /** Header bytes of the record under way. */
  get pendingHeaderBytes(): number {
    return this.#headerBytes;
  }

  /** Fragment bytes received of the record under way. */
  get pendingFragmentBytes(): number {
    if (this.#remaining < 0) return 0;
    return fragmentLength(this.#header, 0) - this.#remaining - this.#missing;
  }

  /** Content type of the record under way, once its header is complete. */
  get pendingType(): number | undefined {
    return this.#remaining < 0 ? undefined : this.#header[0];
  }

  /** The record under way as its header tells it, once that is complete: what is still to come counts as missing. */
  get pendingRecord(): TlsRecord | undefined {
    return this.#remaining < 0 ? undefined : this.#describe(undefined, this.#missing + this.#remaining);
  }

  /** Where the record under way (or the last one) begins. */
  get recordOffset(): number {
    return this.#recordOffset;
  }

  /** The packet of the last chunk. */
  get lastFrame(): number {
    return this.#frame;
  }

  /** Bytes of the last chunk that no record took. */
  get leftover(): Uint8Array {
    return this.#chunk.subarray(this.#at);
  }

  #readHeader(): boolean {
    const chunk = this.#chunk;
    if (this.#headerBytes === 0) this.#recordOffset = this.#chunkOffset + this.#at;
    while (this.#headerBytes < RECORD_HEADER_BYTES) {
      if (this.#at >= chunk.length) return false;
      this.#header[this.#headerBytes++] = chunk[this.#at++] ?? 0;
    }
    const fault = recordHeaderFault(this.#header, 0);
    if (fault !== undefined) {
      this.#finished = true;
      throw new TlsError("malformed", fault);
    }
    this.#remaining = fragmentLength(this.#header, 0);
    return true;
  }

  #readFragment(): TlsRecord | undefined {
    const take = Math.min(this.#remaining, this.#chunk.length - this.#at);
    const from = this.#at;
    this.#at += take;
    this.#remaining -= take;
    if (!this.#isWanted()) return this.#remaining > 0 ? undefined : this.#complete(undefined);
    const part = this.#chunk.subarray(from, this.#at);
    if (this.#remaining === 0) return this.#complete(this.#joined(part));
    this.#fragment.append(part);
    return undefined;
  }

  #isWanted(): boolean {
    return this.#missing === 0 && (this.keepsApplicationData || this.#header[0] !== ContentType.ApplicationData);
  }

  #joined(part: Uint8Array): Uint8Array {
    if (this.#fragment.length === 0) return part;
    this.#fragment.append(part);
    return this.#fragment.take();
  }

  #complete(fragment: Uint8Array | undefined): TlsRecord {
    const record = this.#describe(fragment, this.#missing);
    this.#headerBytes = 0;
    this.#remaining = -1;
    this.#missing = 0;
    this.#cutFrame = undefined;
    return record;
  }

  #describe(fragment: Uint8Array | undefined, missing: number): TlsRecord {
    const length = fragmentLength(this.#header, 0);
    return {
      type: this.#header[0] ?? 0,
      version: recordVersion(this.#header, 0),
      length,
      missing,
      offset: this.#recordOffset,
      frame: this.#cutFrame ?? this.#frame,
      // A record whose start was skipped (keepsApplicationData set midway) has no whole fragment to give.
      fragment: fragment?.length === length ? fragment : undefined,
    };
  }
}
