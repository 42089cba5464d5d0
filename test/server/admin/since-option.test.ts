// What --since may be.

import t from "tap";
import { decodeSince } from "../../../src/server/admin/since-option.js";

const NOW_MS = Date.UTC(2026, 4, 1, 12);

t.test("how long ago, or a date or time, in UTC unless it says otherwise", async (t) => {
  const cases: [string, number][] = [
    ["0s", NOW_MS],
    ["90s", NOW_MS - 90_000],
    ["15m", NOW_MS - 900_000],
    ["24h", NOW_MS - 86_400_000],
    ["7d", NOW_MS - 7 * 86_400_000],
    ["999999d", 0],
    ["2026-04-30", Date.UTC(2026, 3, 30)],
    ["2026-04-30T12:30", Date.UTC(2026, 3, 30, 12, 30)],
    ["2026-04-30 12:30:15", Date.UTC(2026, 3, 30, 12, 30, 15)],
    ["2026-04-30T12:30:15.250Z", Date.UTC(2026, 3, 30, 12, 30, 15, 250)],
    ["2026-04-30T12:30+02:00", Date.UTC(2026, 3, 30, 10, 30)],
    ["1960-01-01", 0],
  ];
  for (const [text, expected] of cases) {
    t.equal(decodeSince(text, NOW_MS), expected, text);
  }
});

t.test("anything else is refused", async (t) => {
  for (const text of [
    "",
    "yesterday",
    "1w",
    "-5m",
    "5 m",
    "2026",
    "2026-13-01",
    "2026-05-01T25:00",
    "2026-05-01x",
    "12:30",
  ]) {
    t.equal(decodeSince(text, NOW_MS), undefined, text);
  }
});
