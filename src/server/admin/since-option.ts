// Reads --since: a date, a time, or how long ago.

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const AGO = /^(\d{1,6})([smhd])$/;
const DATE = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})?)?$/;
const ZONE = /(?:Z|[+-]\d{2}:\d{2})$/;

/** Milliseconds since 1970; undefined when the text is not of these forms. Without a zone, times are UTC. */
export function decodeSince(text: string, nowMs: number): number | undefined {
  const [, count, unit = ""] = AGO.exec(text) ?? [];
  if (count !== undefined) {
    return Math.max(0, nowMs - Number(count) * (UNIT_MS[unit] ?? 0));
  }
  if (!DATE.test(text)) {
    return undefined;
  }
  const hasTime = text.length > 10;
  const ms = Date.parse(hasTime && !ZONE.test(text) ? `${text.replace(" ", "T")}Z` : text.replace(" ", "T"));
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
