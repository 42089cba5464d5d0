// The time of day of a packet, in the zone of whoever looks, as tcpdump shows it.

/** "12:00:00.123456". */
export const CLOCK_CELLS = 15;

const DAY_SECONDS = 86_400;
/** Zones change on the quarter of an hour. */
const QUARTER_SECONDS = 900;

let quarter = Number.NaN;
let offsetSeconds = 0;

/** Seconds since local midnight, of a time in seconds since 1970. */
export function localSecondsOfDay(seconds: number): number {
  const at = Math.floor(seconds / QUARTER_SECONDS);
  if (at !== quarter) {
    quarter = at;
    offsetSeconds = -60 * new Date(seconds * 1000).getTimezoneOffset();
  }
  const ofDay = (seconds + offsetSeconds) % DAY_SECONDS;
  return ofDay < 0 ? ofDay + DAY_SECONDS : ofDay;
}

/** `time` as packet events have it: "1700000000.123456789"; spaces where there is none. */
export function clockText(time: string | null): string {
  if (time === null) return " ".repeat(CLOCK_CELLS);
  const [whole = "0", fraction = "0"] = time.split(".");
  const seconds = localSecondsOfDay(Number(whole));
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return `${parts.map((part) => String(part).padStart(2, "0")).join(":")}.${fraction.slice(0, 6)}`;
}
