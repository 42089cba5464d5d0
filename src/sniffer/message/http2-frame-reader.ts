// Cuts one direction of HTTP/2 into frames: the payload of DATA is passed on as it comes, that of all others once it is
// whole, within a limit (RFC 9113, 4.1 and 6.1).
import {
  FRAME_HEAD_BYTES,
  FrameFlag,
  FrameType,
  type Http2FrameHead,
  headFault,
  readFrameHead,
} from "./http2-frame.js";

export type FrameOutput =
  | { kind: "frame"; head: Http2FrameHead; payload: Uint8Array }
  /** `ends`: the last byte of the frame's own bytes is in it, without padding. */
  | { kind: "data"; head: Http2FrameHead; bytes: Uint8Array; offset: number; ends: boolean }
  /** A frame that is not kept: too large, or holed. */
  | { kind: "lost"; head: Http2FrameHead; why: string }
  /** No frame can stand here: nothing after it is read. */
  | { kind: "fault"; what: string; offset: number };

type State = "head" | "whole" | "pad length" | "data" | "padding" | "skip" | "dead";

const FIRST_MAX_FRAME_BYTES = 0x4000;

export class Http2FrameReader {
  /** What the other side lets this one send (SETTINGS_MAX_FRAME_SIZE); the largest it ever said counts. */
  maxFrameBytes = FIRST_MAX_FRAME_BYTES;
  paddingBytes = 0;
  readonly #maxKeptBytes: number;
  #state: State = "head";
  #head: Http2FrameHead | undefined;
  readonly #headBytes = new Uint8Array(FRAME_HEAD_BYTES);
  #kept: Uint8Array = new Uint8Array(0);
  #filled = 0;
  /** Of the payload, without the padding where that is known. */
  #left = 0;
  #padding = 0;

  constructor(maxKeptBytes: number) {
    this.#maxKeptBytes = maxKeptBytes;
  }

  get dead(): boolean {
    return this.#state === "dead";
  }

  /** Nothing is read any more. */
  stop(): void {
    this.#state = "dead";
    this.#kept = new Uint8Array(0);
  }

  /** How many bytes of an unfinished frame have come; 0 between frames. */
  get pendingBytes(): number {
    if (this.#state === "dead") return 0;
    if (this.#state === "head") return this.#filled;
    return FRAME_HEAD_BYTES + (this.#head?.length ?? 0) - this.#left - this.#padding;
  }

  /** Reads on at `at` in a chunk whose first byte has the stream offset `base`; gives what came of it and where it ended. */
  read(bytes: Uint8Array, at: number, base: number): { at: number; output: FrameOutput | undefined } {
    switch (this.#state) {
      case "head":
        return this.#readHead(bytes, at, base);
      case "whole":
        return this.#readWhole(bytes, at);
      case "pad length":
        return this.#readPadLength(bytes, at, base);
      case "data":
        return this.#readData(bytes, at, base);
      case "padding":
      case "skip":
        return this.#pass(bytes, at);
      case "dead":
        return { at: bytes.length, output: undefined };
    }
  }

  /** A hole: undefined where frame boundaries are unknown behind it; else the frame that is lost by it. */
  skip(length: number): { lost: Http2FrameHead } | undefined {
    const head = this.#head;
    const rest = this.#left + this.#padding;
    if (head === undefined || this.#state === "head" || length > rest) {
      this.#state = "dead";
      return undefined;
    }
    this.#left = rest - length;
    this.#padding = 0;
    this.#kept = new Uint8Array(0);
    this.#state = this.#left === 0 ? "head" : "skip";
    return { lost: head };
  }

  #readHead(bytes: Uint8Array, at: number, base: number): { at: number; output: FrameOutput | undefined } {
    const end = Math.min(bytes.length, at + FRAME_HEAD_BYTES - this.#filled);
    this.#headBytes.set(bytes.subarray(at, end), this.#filled);
    this.#filled += end - at;
    if (this.#filled < FRAME_HEAD_BYTES) return { at: end, output: undefined };
    this.#filled = 0;
    const offset = base + end - FRAME_HEAD_BYTES;
    const head = readFrameHead(this.#headBytes, offset);
    const what = headFault(head, this.maxFrameBytes);
    if (what !== undefined) {
      this.#state = "dead";
      return { at: bytes.length, output: { kind: "fault", what, offset } };
    }
    return { at: end, output: this.#begin(head) };
  }

  #begin(head: Http2FrameHead): FrameOutput | undefined {
    this.#head = head;
    this.#left = head.length;
    this.#padding = 0;
    if (head.type === FrameType.DATA) {
      this.#state = (head.flags & FrameFlag.PADDED) === 0 ? "data" : "pad length";
      return head.length === 0 ? this.#emptyData(head) : undefined;
    }
    const isKept = KEPT_TYPES.has(head.type);
    if (!isKept || head.length > this.#maxKeptBytes) {
      this.#state = head.length === 0 ? "head" : "skip";
      return isKept ? { kind: "lost", head, why: `a frame of ${head.length} bytes is more than is kept` } : undefined;
    }
    if (head.length === 0) {
      this.#state = "head";
      return { kind: "frame", head, payload: new Uint8Array(0) };
    }
    this.#state = "whole";
    this.#kept = new Uint8Array(0);
    return undefined;
  }

  #emptyData(head: Http2FrameHead): FrameOutput {
    this.#state = "head";
    return { kind: "data", head, bytes: new Uint8Array(0), offset: head.offset + FRAME_HEAD_BYTES, ends: true };
  }

  #readWhole(bytes: Uint8Array, at: number): { at: number; output: FrameOutput | undefined } {
    const head = this.#head;
    if (head === undefined) return { at: bytes.length, output: undefined };
    const part = bytes.subarray(at, at + this.#left);
    const before = head.length - this.#left;
    this.#left -= part.length;
    if (before === 0 && this.#left === 0) {
      this.#state = "head";
      return { at: at + part.length, output: { kind: "frame", head, payload: part } };
    }
    // As much memory as came, not as was announced, doubled as it fills.
    if (this.#kept.length < before + part.length) {
      const grown = new Uint8Array(Math.min(head.length, Math.max(256, (before + part.length) * 2)));
      grown.set(this.#kept.subarray(0, before));
      this.#kept = grown;
    }
    this.#kept.set(part, before);
    if (this.#left > 0) return { at: at + part.length, output: undefined };
    const payload = this.#kept;
    this.#kept = new Uint8Array(0);
    this.#state = "head";
    return { at: at + part.length, output: { kind: "frame", head, payload: payload.subarray(0, head.length) } };
  }

  #readPadLength(bytes: Uint8Array, at: number, base: number): { at: number; output: FrameOutput | undefined } {
    const head = this.#head;
    this.#padding = bytes[at] ?? 0;
    this.#left -= 1 + this.#padding;
    if (head === undefined || this.#left < 0) {
      this.#state = "dead";
      return {
        at: bytes.length,
        output: { kind: "fault", what: "DATA of padding that is longer than it", offset: base + at },
      };
    }
    this.#state = "data";
    if (this.#left > 0) return { at: at + 1, output: undefined };
    this.#endData();
    return {
      at: at + 1,
      output: { kind: "data", head, bytes: new Uint8Array(0), offset: base + at + 1, ends: true },
    };
  }

  #readData(bytes: Uint8Array, at: number, base: number): { at: number; output: FrameOutput | undefined } {
    const head = this.#head;
    const part = bytes.subarray(at, at + this.#left);
    this.#left -= part.length;
    const ends = this.#left === 0;
    if (ends) this.#endData();
    const output: FrameOutput | undefined = head && { kind: "data", head, bytes: part, offset: base + at, ends };
    return { at: at + part.length, output };
  }

  #endData(): void {
    this.#state = this.#padding > 0 ? "padding" : "head";
  }

  #pass(bytes: Uint8Array, at: number): { at: number; output: FrameOutput | undefined } {
    const isPadding = this.#state === "padding";
    const taken = Math.min(bytes.length - at, isPadding ? this.#padding : this.#left);
    if (isPadding) {
      this.#padding -= taken;
      this.paddingBytes += taken;
    } else this.#left -= taken;
    if ((isPadding ? this.#padding : this.#left) === 0) this.#state = "head";
    return { at: at + taken, output: undefined };
  }
}

/** The others are passed over: nobody asks what they say. */
const KEPT_TYPES: ReadonlySet<number> = new Set([
  FrameType.HEADERS,
  FrameType.RST_STREAM,
  FrameType.SETTINGS,
  FrameType.PUSH_PROMISE,
  FrameType.GOAWAY,
  FrameType.CONTINUATION,
]);
