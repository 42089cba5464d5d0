// The forms of --since, and that what is none is refused without being repeated.
import t from "tap";
import { decodeTime } from "../../../src/client/commands/time-option.js";

const NOW = new Date("2026-03-10T12:00:00Z");

for (const [text, time] of [
  ["2026-01-31", "2026-01-31T00:00:00.000Z"],
  ["2026-01-31T12:34", "2026-01-31T12:34:00.000Z"],
  ["2026-01-31 12:34:56", "2026-01-31T12:34:56.000Z"],
  ["2026-01-31 12:34:56 UTC", "2026-01-31T12:34:56.000Z"],
  ["2026-01-31T12:34:56.789Z", "2026-01-31T12:34:56.789Z"],
  ["2026-01-31T12:34+02:00", "2026-01-31T10:34:00.000Z"],
  ["90s", "2026-03-10T11:58:30.000Z"],
  ["30m", "2026-03-10T11:30:00.000Z"],
  ["12h", "2026-03-10T00:00:00.000Z"],
  ["7d", "2026-03-03T12:00:00.000Z"],
  ["999999d", "1970-01-01T00:00:00.000Z"],
] as const) {
  t.test(`${text} is ${time}`, async (t) => {
    t.equal(decodeTime(text, NOW).toISOString(), time);
  });
}

const NONE = [
  "",
  "yesterday",
  "7",
  "-7d",
  "7w",
  "1e3s",
  "2026-02-30",
  "2026-13-01",
  "2026-01-31T25:00",
  "2026-01-31T12",
];
for (const text of NONE) {
  t.test(`"${text}" is no time`, async (t) => {
    t.throws(() => decodeTime(text, NOW), { message: /^it takes a time such as/ });
  });
}

t.test("what is to come cannot be watched from", async (t) => {
  t.throws(() => decodeTime("2026-03-10T12:01", NOW), { message: /still to come/ });
});
