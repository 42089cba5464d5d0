// Passes over the body of an HTTP/1 message, so that the next head is found (RFC 9112, 6.3 and 7.1).
import type { BodyCredential, BodyCredentials } from "./body-credentials.js";
import type { BytesEvent } from "./message-observer.js";
import { TextLines } from "./text-lines.js";

export type BodyLength =
  | { kind: "none" }
  | { kind: "length"; bytes: number }
  | { kind: "chunked" }
  | { kind: "until_close" };

type State = "none" | "length" | "until_close" | "chunk_size" | "chunk" | "chunk_end" | "trailer";

export class HttpBody {
  readonly #lines = new TextLines();
  #scan: BodyCredentials | undefined;
  #state: State = "none";
  #left = 0;

  begin(length: BodyLength, scan?: BodyCredentials): void {
    this.#lines.clear();
    this.#scan = scan;
    this.#left = length.kind === "length" ? length.bytes : 0;
    if (length.kind === "chunked") this.#state = "chunk_size";
    else this.#state = length.kind === "length" && length.bytes === 0 ? "none" : length.kind;
  }

  get active(): boolean {
    return this.#state !== "none";
  }

  /** What the body gave away, once: asked for when it has ended, or will not. */
  takeFound(): BodyCredential[] {
    const found = this.#scan?.found() ?? [];
    this.#scan = undefined;
    return found;
  }

  /** Reads on from stream offset `from`; returns the offset of the first byte that is not body, or the event's end. */
  pass(event: BytesEvent, from: number): number {
    const end = event.offset + event.bytes.length;
    switch (this.#state) {
      case "length":
      case "chunk":
        this.#scan?.push(event.bytes.subarray(from - event.offset, from - event.offset + this.#left), from);
        return this.#count(from, end);
      case "until_close":
        return end;
      default:
        return this.#line(event, from, end);
    }
  }

  /** How many of the next bytes are body, and looked into by nobody. */
  get unwatchedBytes(): number {
    if (this.#state === "until_close") return Number.MAX_SAFE_INTEGER;
    if (this.#scan !== undefined) return 0;
    return this.#state === "length" || this.#state === "chunk" ? this.#left : 0;
  }

  /** True when a hole of this many bytes lies wholly within bytes that need not be seen. */
  skip(length: number): boolean {
    if (this.#state === "until_close") return true;
    if ((this.#state !== "length" && this.#state !== "chunk") || length > this.#left) return false;
    this.#count(0, length);
    return true;
  }

  #count(from: number, end: number): number {
    const taken = Math.min(this.#left, end - from);
    this.#left -= taken;
    if (this.#left === 0) this.#state = this.#state === "chunk" ? "chunk_end" : "none";
    return from + taken;
  }

  #line(event: BytesEvent, from: number, end: number): number {
    const line = this.#lines.next(event, from);
    if (line === undefined) return end;
    if (this.#state === "chunk_size") this.#chunkSize(line.text);
    else if (this.#state === "chunk_end") this.#state = "chunk_size";
    else if (line.text === "") this.#state = "none";
    return line.offset + line.length;
  }

  #chunkSize(text: string): void {
    const size = /^\s*([0-9a-f]{1,12})\s*(;.*)?$/i.exec(text)?.[1];
    // What is no size ends all knowledge of where this body ends.
    if (size === undefined) {
      this.#state = "until_close";
      return;
    }
    this.#left = Number.parseInt(size, 16);
    this.#state = this.#left === 0 ? "trailer" : "chunk";
  }
}
