// The bars of a time line, in little memory: columns of numbers, and varints in base64 for the page.
import type { Bar, BarClass, EncodedBars } from "./page-model.js";

/** Their order is that of the numbers in which they are encoded. */
export const BAR_CLASSES: readonly BarClass[] = [
  "plaintext",
  "not_understood",
  "tls_metadata",
  "ciphertext",
  "opened",
  "gap",
];

const CLASS_NUMBERS = Object.fromEntries(BAR_CLASSES.map((name, index) => [name, index])) as Record<BarClass, number>;

const MICROSECONDS = 1e6;

const USUAL_BAR_BYTES = 8;
const MAX_VARINT_BYTES = 8;

/** Bytes that become text at a time; as many arguments as any engine takes. */
const BASE64_STEP = 4096;

/** Holds bars as long as there is room in all; what comes then is summed up. */
export class BarList {
  #frames: number[] = [];
  #times: number[] = [];
  #lengths: number[] = [];
  #offsets: number[] = [];
  /** Side, class and content type in one number. */
  #kinds: number[] = [];
  #more = 0;
  #moreBytes = 0;

  get count(): number {
    return this.#frames.length;
  }

  /** `offset`: where it stands in the side's stream. */
  push(bar: Bar, offset: number): void {
    this.#frames.push(bar.frame);
    this.#times.push(bar.time);
    this.#lengths.push(bar.length);
    this.#offsets.push(offset);
    this.#kinds.push(kindOf(bar));
  }

  /** One that there is no room for. */
  leaveOut(bytes: number): void {
    this.#more += 1;
    this.#moreBytes += bytes;
  }

  /** Adds to the last bar, where it is of the same packet, side and class. False where it is not. */
  extendLast(bar: Bar): boolean {
    const last = this.#frames.length - 1;
    if (last < 0 || this.#frames[last] !== bar.frame || this.#kinds[last] !== kindOf(bar)) return false;
    this.#lengths[last] = (this.#lengths[last] ?? 0) + bar.length;
    return true;
  }

  at(index: number): { bar: Bar; offset: number } | undefined {
    const [frame, time, length] = [this.#frames[index], this.#times[index], this.#lengths[index]];
    const [offset, kind] = [this.#offsets[index], this.#kinds[index]];
    if (frame === undefined || time === undefined || length === undefined) return undefined;
    return { bar: { frame, time, length, ...unpackKind(kind ?? 0) }, offset: offset ?? 0 };
  }

  get more(): number {
    return this.#more;
  }

  get moreBytes(): number {
    return this.#moreBytes;
  }
}

/** In the order given; times are told from the first on. */
export function encodeBars(bars: readonly Bar[], more = 0, moreBytes = 0): EncodedBars {
  const writer = new VarintWriter(bars.length * USUAL_BAR_BYTES);
  let [frame, time] = [0, 0];
  for (const bar of bars) {
    const microseconds = Math.round(bar.time * MICROSECONDS);
    writer.unsigned(kindOf(bar));
    writer.signed(bar.frame - frame);
    writer.signed(microseconds - time);
    writer.unsigned(bar.length);
    frame = bar.frame;
    time = microseconds;
  }
  return { count: bars.length, data: toBase64(writer.bytes), more, moreBytes };
}

export function decodeBars({ count, data }: EncodedBars): Bar[] {
  const reader = new VarintReader(fromBase64(data));
  const bars: Bar[] = [];
  let [frame, microseconds] = [0, 0];
  for (let index = 0; index < count; index++) {
    const kind = unpackKind(reader.unsigned());
    frame += reader.signed();
    microseconds += reader.signed();
    bars.push({ ...kind, frame, time: microseconds / MICROSECONDS, length: reader.unsigned() });
  }
  return bars;
}

/** Also in a browser. */
export function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

export function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += BASE64_STEP) {
    text += String.fromCharCode(...bytes.subarray(at, at + BASE64_STEP));
  }
  return btoa(text);
}

function kindOf({ side, class: name, type }: Bar): number {
  return (type << 4) | (CLASS_NUMBERS[name] << 1) | (side === "client" ? 0 : 1);
}

function unpackKind(kind: number): Pick<Bar, "side" | "class" | "type"> {
  const name = BAR_CLASSES[(kind >> 1) & 7] ?? "not_understood";
  return { side: (kind & 1) === 0 ? "client" : "server", class: name, type: kind >> 4 };
}

class VarintWriter {
  #memory: Uint8Array;
  #at = 0;

  constructor(expectedBytes: number) {
    this.#memory = new Uint8Array(expectedBytes + MAX_VARINT_BYTES);
  }

  get bytes(): Uint8Array {
    return this.#memory.subarray(0, this.#at);
  }

  unsigned(value: number): void {
    if (this.#at + MAX_VARINT_BYTES > this.#memory.length) this.#grow();
    let rest = value;
    // Numbers may be over 32 bits: divided, not shifted.
    for (; rest > 0x7fffffff; rest = Math.floor(rest / 0x80)) this.#memory[this.#at++] = (rest % 0x80) | 0x80;
    for (; rest >= 0x80; rest >>>= 7) this.#memory[this.#at++] = (rest & 0x7f) | 0x80;
    this.#memory[this.#at++] = rest;
  }

  /** Zigzag: small numbers of either sign are short. */
  signed(value: number): void {
    this.unsigned(value < 0 ? -2 * value - 1 : 2 * value);
  }

  #grow(): void {
    const larger = new Uint8Array(this.#memory.length * 2);
    larger.set(this.#memory);
    this.#memory = larger;
  }
}

class VarintReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  unsigned(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.#bytes[this.#at] ?? 0;
      this.#at += 1;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 0x80;
    }
  }

  signed(): number {
    const value = this.unsigned();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
}
