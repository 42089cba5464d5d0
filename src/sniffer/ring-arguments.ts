// The options that make -w write one file after the other: dumpcap's -b KEY:VALUE, and tcpdump's -C, -G and -W.
import type { RingOptions } from "./capture-ring.js";
import { UsageError } from "./usage-error.js";

export interface RingValues {
  readonly write?: string | undefined;
  readonly ring?: readonly string[] | undefined;
  readonly "file-size"?: string | undefined;
  readonly "rotate-seconds"?: string | undefined;
  readonly "file-count"?: string | undefined;
}

/** dumpcap's own bounds: 2 TB, and five digits in a file's name. */
const MAX_KILOBYTES = 2_000_000_000;
const MAX_FILES = 99_999;
const MAX_SECONDS = 1_000_000_000;
const MAX_PACKETS = Number.MAX_SAFE_INTEGER;
const KEYS = "filesize:KB, duration:SECONDS, packets:N or files:N";

/** Undefined where -w writes one file. Throws UsageError. */
export function decodeRing(values: RingValues): RingOptions | undefined {
  const pairs = values.ring ?? [];
  const { "file-size": size, "rotate-seconds": seconds, "file-count": count } = values;
  const isTcpdump = [size, seconds, count].some((value) => value !== undefined);
  if (pairs.length === 0 && !isTcpdump) return undefined;
  const flag = pairs.length > 0 ? "-b" : tcpdumpFlag(values);
  if (pairs.length > 0 && isTcpdump)
    throw new UsageError("-b says it as dumpcap does, -C, -G and -W as tcpdump does: not both");
  if (values.write === undefined) throw new UsageError(`${flag} is for -w FILE`);
  if (values.write === "-") throw new UsageError(`${flag} needs -w with a file, not a pipe`);
  return isTcpdump ? decodeTcpdump(size, seconds, count) : decodeDumpcap(pairs);
}

function tcpdumpFlag({ "file-size": size, "rotate-seconds": seconds }: RingValues): string {
  if (size !== undefined) return "-C";
  return seconds === undefined ? "-W" : "-G";
}

function decodeDumpcap(pairs: readonly string[]): RingOptions {
  const given = new Map<string, number>();
  for (const pair of pairs) {
    const [key = "", text = "", ...rest] = pair.split(":");
    const most = MOST.get(key);
    if (most === undefined || rest.length > 0) throw new UsageError(`-b takes ${KEYS}, not "${pair}"`);
    if (given.has(key)) throw new UsageError(`-b ${key} is given twice`);
    given.set(key, decodeNumber(`-b ${key}:`, text, most, key === "duration"));
  }
  const kilobytes = given.get("filesize");
  const limits = {
    maxBytes: kilobytes === undefined ? undefined : kilobytes * 1000,
    maxSeconds: given.get("duration"),
    maxPackets: given.get("packets"),
  };
  if (Object.values(limits).every((limit) => limit === undefined)) {
    throw new UsageError("-b files needs to know when a file is full: -b filesize:KB, duration:SECONDS or packets:N");
  }
  return { ...limits, maxFiles: given.get("files"), endsWithLast: false, naming: "dumpcap" };
}

const MOST: ReadonlyMap<string, number> = new Map([
  ["filesize", MAX_KILOBYTES],
  ["duration", MAX_SECONDS],
  ["packets", MAX_PACKETS],
  ["files", MAX_FILES],
]);

function decodeTcpdump(size?: string, seconds?: string, count?: string): RingOptions {
  if (size === undefined && seconds === undefined)
    throw new UsageError("-W needs -C or -G, which say when a file is full");
  return {
    maxBytes: size === undefined ? undefined : decodeNumber("-C", size, MAX_KILOBYTES / 1000, false) * 1_000_000,
    maxSeconds: seconds === undefined ? undefined : decodeNumber("-G", seconds, MAX_SECONDS, false),
    maxPackets: undefined,
    maxFiles: count === undefined ? undefined : decodeNumber("-W", count, MAX_FILES, false),
    endsWithLast: size === undefined,
    naming: "tcpdump",
  };
}

function decodeNumber(flag: string, text: string, most: number, isFraction: boolean): number {
  const value = Number(text);
  const pattern = isFraction ? /^\d{1,16}(\.\d{1,9})?$/ : /^\d{1,16}$/;
  if (pattern.test(text) && value > 0 && value <= most) return value;
  const what = isFraction ? "a number" : "a whole number";
  throw new UsageError(`${flag} takes ${what} above 0, up to ${most}, not "${text}"`);
}
