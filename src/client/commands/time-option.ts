// What --since may be: a date, a date and time in UTC or with its zone, or how long ago.
import { InvalidArgumentError } from "commander";

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const AGO = /^(\d{1,6})([smhd])$/;
const DATE = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)(?: ?(Z|UTC|[+-]\d\d:\d\d))?)?$/i;

/** Throws InvalidArgumentError, which does not repeat `text`. */
export function decodeTime(text: string, now: Date): Date {
  const [, amount, unit = ""] = AGO.exec(text) ?? [];
  const agoMs = UNIT_MS[unit];
  if (agoMs !== undefined) return new Date(Math.max(0, now.getTime() - Number(amount) * agoMs));
  const [, day, time = "00:00", zone = "Z"] = DATE.exec(text.trim()) ?? [];
  const at = new Date(`${day}T${time}${zone.toUpperCase() === "UTC" ? "Z" : zone.toUpperCase()}`);
  if (day === undefined || Number.isNaN(at.getTime()) || !isDay(day)) {
    throw new InvalidArgumentError("it takes a time such as 2026-01-31, 2026-01-31T12:00 (UTC), 30m, 12h or 7d.");
  }
  if (at > now) throw new InvalidArgumentError("that time is still to come.");
  return at;
}

/** 2026-02-30 is none, though Date takes it for one in March. */
function isDay(day: string): boolean {
  const start = new Date(`${day}T00:00Z`);
  return !Number.isNaN(start.getTime()) && start.toISOString().startsWith(day);
}
