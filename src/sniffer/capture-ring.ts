// When -w begins its next file, how that is called, and which older one goes: as dumpcap (-b) and tcpdump (-C, -G, -W) do it.
import { basename, dirname, extname, join } from "node:path";

export interface RingOptions {
  /** A file that has reached this many bytes is the last one's. */
  readonly maxBytes: number | undefined;
  /** Of packet time, from its first packet on. */
  readonly maxSeconds: number | undefined;
  readonly maxPackets: number | undefined;
  /** Files of this run that are kept; undefined: all. */
  readonly maxFiles: number | undefined;
  /** The run ends when the last of `maxFiles` is full, instead of giving up the first. */
  readonly endsWithLast: boolean;
  readonly naming: "dumpcap" | "tcpdump";
}

interface Moment {
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** What one file holds so far. */
export class RingFile {
  packets = 0;
  bytes = 0;
  #first: Moment | undefined;

  isFull(limits: RingOptions, seconds: number | null, nanoseconds: number): boolean {
    if (this.packets === 0) return false;
    const { maxBytes, maxPackets, maxSeconds } = limits;
    if (maxBytes !== undefined && this.bytes >= maxBytes) return true;
    if (maxPackets !== undefined && this.packets >= maxPackets) return true;
    if (maxSeconds === undefined || seconds === null || this.#first === undefined) return false;
    return seconds - this.#first.seconds + (nanoseconds - this.#first.nanoseconds) / 1e9 >= maxSeconds;
  }

  add(bytes: number, seconds: number | null, nanoseconds: number): void {
    this.packets += 1;
    this.bytes += bytes;
    if (seconds !== null) this.#first ??= { seconds, nanoseconds };
  }
}

/** Names of the files, the first one numbered 0. */
export class RingNames {
  readonly #path: string;
  readonly #options: RingOptions;
  #made = 0;
  #timed = "";
  #ofTimed = 0;

  constructor(path: string, options: RingOptions) {
    this.#path = path;
    this.#options = options;
  }

  /** `at`: the time of the file's first packet, or of day. */
  next(at: Date): string {
    this.#made += 1;
    return this.#options.naming === "dumpcap" ? this.#dumpcapName(at) : this.#tcpdumpName(at);
  }

  /** x.pcapng: x_00001_20251129101500.pcapng. */
  #dumpcapName(at: Date): string {
    const extension = extname(this.#path);
    const stem = basename(this.#path, extension);
    const number = String(this.#made).padStart(5, "0");
    return join(dirname(this.#path), `${stem}_${number}_${formatTime("%Y%m%d%H%M%S", at)}${extension}`);
  }

  /** x, x1, x2; x00 to x11 in turn with -C and -W 12; with -G, strftime(3)'s signs are the time. */
  #tcpdumpName(at: Date): string {
    const { maxBytes, maxSeconds, maxFiles } = this.#options;
    const name = maxSeconds === undefined ? this.#path : formatTime(this.#path, at);
    this.#ofTimed = name === this.#timed ? this.#ofTimed + 1 : 0;
    this.#timed = name;
    const isInTurn = maxBytes !== undefined && maxSeconds === undefined && maxFiles !== undefined;
    if (!isInTurn) return this.#ofTimed === 0 ? name : `${name}${this.#ofTimed}`;
    const turn = this.#ofTimed % maxFiles;
    return `${name}${String(turn).padStart(String(maxFiles - 1).length, "0")}`;
  }
}

/** The signs of strftime(3) that names are made of, in local time; others stay as they are. */
function formatTime(format: string, at: Date): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  const [year, month, day] = [String(at.getFullYear()), two(at.getMonth() + 1), two(at.getDate())];
  const [hour, minute, second] = [two(at.getHours()), two(at.getMinutes()), two(at.getSeconds())];
  const signs: Readonly<Record<string, string>> = {
    Y: year,
    m: month,
    d: day,
    H: hour,
    M: minute,
    S: second,
    F: `${year}-${month}-${day}`,
    T: `${hour}:${minute}:${second}`,
    s: String(Math.floor(at.getTime() / 1000)),
    "%": "%",
  };
  return format.replace(/%(.)/g, (whole, sign: string) => signs[sign] ?? whole);
}
