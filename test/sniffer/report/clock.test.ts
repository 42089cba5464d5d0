import t from "tap";
import { clockText, localSecondsOfDay } from "../../../src/sniffer/report/clock.js";

t.test("the time of day is that of the zone, also where its offset changes", async (t) => {
  for (let seconds = 1_700_000_000; seconds < 1_740_000_000; seconds += 12_345) {
    const date = new Date(seconds * 1000);
    const expected = date.getHours() * 3600 + date.getMinutes() * 60 + date.getSeconds();
    if (localSecondsOfDay(seconds) !== expected) t.equal(localSecondsOfDay(seconds), expected, String(seconds));
  }
});

t.test("a packet without a time leaves the column empty", async (t) => {
  t.match(clockText("1700000000.123456789"), /^\d\d:\d\d:20\.123456$/);
  t.equal(clockText(null), " ".repeat(15));
});
