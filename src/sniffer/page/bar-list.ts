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

const MICROSECONDS = 1e6;

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
  const bytes: number[] = [];
  let [frame, time] = [0, 0];
  for (const bar of bars) {
    const microseconds = Math.round(bar.time * MICROSECONDS);
    writeVarint(bytes, kindOf(bar));
    writeSigned(bytes, bar.frame - frame);
    writeSigned(bytes, microseconds - time);
    writeVarint(bytes, bar.length);
    frame = bar.frame;
    time = microseconds;
  }
  return { count: bars.length, data: toBase64(Uint8Array.from(bytes)), more, moreBytes };
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
  return (type << 4) | (BAR_CLASSES.indexOf(name) << 1) | (side === "client" ? 0 : 1);
}

function unpackKind(kind: number): Pick<Bar, "side" | "class" | "type"> {
  const name = BAR_CLASSES[(kind >> 1) & 7] ?? "not_understood";
  return { side: (kind & 1) === 0 ? "client" : "server", class: name, type: kind >> 4 };
}

// Numbers may be over 32 bits: divided, not shifted.
function writeVarint(into: number[], value: number): void {
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) into.push((rest % 0x80) | 0x80);
  into.push(rest);
}

/** Zigzag: small numbers of either sign are short. */
function writeSigned(into: number[], value: number): void {
  writeVarint(into, value < 0 ? -2 * value - 1 : 2 * value);
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
