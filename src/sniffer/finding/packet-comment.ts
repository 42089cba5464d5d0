// What a packet's comment says of what it gives away: that it could be read and what kind of thing it is, never what it
// was, since the file is passed on to people who are not meant to see that.
import type { SnifferEvent } from "../event.js";
import { printableText } from "../tls/printable.js";

const MAX_TOLD = 8;
const MAX_PART_CHARACTERS = 200;

/** Gathers the events that came of one packet. */
export class PacketComment {
  #parts: string[] = [];
  #more = 0;

  /** Only what is said of this very packet counts: a conversation that closes speaks of older ones too. */
  push(event: SnifferEvent, frame: number): void {
    const what = frameOf(event) === frame ? describe(event) : undefined;
    if (what === undefined || this.#parts.includes(what)) return;
    if (this.#parts.length < MAX_TOLD) this.#parts.push(what);
    else this.#more += 1;
  }

  /** Undefined where nothing of the packet could be read; begins anew. */
  take(): string | undefined {
    if (this.#parts.length === 0) return undefined;
    const more = this.#more === 0 ? "" : ` and ${this.#more} more`;
    const comment = `${this.#parts.join("; ")}${more}`;
    this.#parts = [];
    this.#more = 0;
    return comment;
  }
}

function frameOf(event: SnifferEvent): number | undefined {
  if (event.event === "finding") return event.evidence.frame;
  return event.event === "message" ? event.frame : undefined;
}

function describe(event: SnifferEvent): string | undefined {
  if (event.event === "finding") {
    if (event.visibility !== "readable") return undefined;
    const where = event.field === undefined ? "" : ` in ${event.field}`;
    return `${howRead(event)}: ${cut(`${event.what}${where}`)}`;
  }
  if (event.event !== "message") return undefined;
  return `${howRead(event)}: ${cut(`${event.kind} ${event.method ?? ""}`.trim())}`;
}

function howRead(event: { decrypted?: true }): string {
  return event.decrypted === true ? "readable with keys" : "readable";
}

function cut(text: string): string {
  const printable = printableText(text);
  return printable.length > MAX_PART_CHARACTERS ? `${printable.slice(0, MAX_PART_CHARACTERS)}…` : printable;
}
