// Reads what `sniffer --json` printed, a line at a time and in bounded memory.
import { createReadStream } from "node:fs";
import type { SnifferEvent } from "../event.js";
import { fileError, RunError } from "../run-error.js";
import { ExposureProfile } from "./exposure-profile.js";

/** A message may hold much; a line over this is none of ours. */
const MAX_LINE_BYTES = 0x2000000;
const NEWLINE = 0x0a;

/** "-" is standard input. Throws RunError, with the line that was not understood. */
export async function readProfile(path: string): Promise<ExposureProfile> {
  const profile = new ExposureProfile();
  const lines = new LineSplitter(path, (line, number) => profile.push(decodeEvent(path, line, number)));
  try {
    const stream = path === "-" ? process.stdin : createReadStream(path);
    for await (const chunk of stream) lines.push(chunk as Buffer);
  } catch (error) {
    throw error instanceof RunError ? error : fileError("read", path, error);
  }
  lines.finish();
  if (profile.accounted === undefined) {
    throw new RunError(`${path} does not end with a summary: it is not whole; write it anew with --json`);
  }
  if (profile.isFull) throw new RunError(`${path} has too many different findings to compare: take a smaller capture`);
  return profile;
}

class LineSplitter {
  readonly #path: string;
  readonly #take: (line: string, number: number) => void;
  #pieces: Buffer[] = [];
  #bytes = 0;
  #number = 0;

  constructor(path: string, take: (line: string, number: number) => void) {
    this.#path = path;
    this.#take = take;
  }

  push(chunk: Buffer): void {
    let at = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, at)) {
      this.#hold(chunk.subarray(at, end));
      this.#line();
      at = end + 1;
    }
    this.#hold(chunk.subarray(at));
  }

  finish(): void {
    if (this.#bytes > 0) this.#line();
  }

  #hold(piece: Buffer): void {
    this.#bytes += piece.length;
    if (this.#bytes > MAX_LINE_BYTES) throw notOurs(this.#path, this.#number + 1, "it is too long");
    if (piece.length > 0) this.#pieces.push(piece);
  }

  #line(): void {
    this.#number += 1;
    const text = Buffer.concat(this.#pieces).toString();
    this.#pieces = [];
    this.#bytes = 0;
    if (text.trim() !== "") this.#take(text, this.#number);
  }
}

function decodeEvent(path: string, line: string, number: number): SnifferEvent {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw notOurs(path, number, "it is not JSON");
  }
  const name = typeof value === "object" && value !== null && "event" in value ? value.event : undefined;
  if (typeof name !== "string") throw notOurs(path, number, "it is no event");
  const fault = shapeFault(value as object, REQUIRED[name] ?? {});
  if (fault !== undefined) throw notOurs(path, number, `its ${fault} is missing or of another type`);
  // There, nothing is ever seen to be readable.
  if (name === "summary" && "protocols" in (value as object))
    throw new RunError(`${path} was made with --count, which reads headers only; write it anew without`);
  return value as SnifferEvent;
}

/** A shape in brackets: an array of such objects. */
type ValueShape = "string" | "number" | "array" | "object" | readonly [Shape];
interface Shape {
  readonly [key: string]: ValueShape;
}

/** What is looked at of each event. */
const REQUIRED: Readonly<Record<string, Shape>> = {
  finding: { visibility: "string", what: "string" },
  message: { kind: "string" },
  conversation: { application: "string", client_bytes: "number", server_bytes: "number" },
  server_hello: { version: "string", cipher_suite: "string" },
  client_hello: { versions: "array" },
  certificate: { side: "string", chain: [{ subject: "string", sha256: "string" }] },
  assessment: { statements: [{ topic: "string", rating: "string", text: "string" }] },
  summary: { accounted: "object" },
};

function shapeFault(value: object, shape: Shape): string | undefined {
  return Object.entries(shape).find(([key, wanted]) => !fits(Reflect.get(value, key), wanted))?.[0];
}

function fits(held: unknown, wanted: ValueShape): boolean {
  if (wanted === "array") return Array.isArray(held);
  if (typeof wanted === "string") return typeof held === wanted && held !== null;
  const isFit = (one: unknown) => typeof one === "object" && one !== null && shapeFault(one, wanted[0]) === undefined;
  return Array.isArray(held) && held.every(isFit);
}

function notOurs(path: string, line: number, why: string): RunError {
  return new RunError(`${path}, line ${line}: ${why}; diff takes what sniffer --json printed`);
}
