// The two forms of log lines: one line each, whatever is in the fields, and the same facts in both.

import t from "tap";
import { jsonLines, linesOf, textLines } from "../../src/server/log-lines.js";

const HOSTILE = ["a\nb", "a b=c", 'a"b', "\u001b[31m", "\u009b31m", "\u2028", "", "\u0000", "\ud800", "ü"];

t.test("a line of text has time, level, event and its fields", async (t) => {
  const line = textLines("info", "login", { username: "alice", port: 7443, account: undefined });
  t.match(line, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z info login username=alice port=7443\n$/);
});

t.test("a line of JSON has the same", async (t) => {
  const line = jsonLines()("warning", "call", { method: "A/B", duration_ms: 1.5, account: undefined });
  t.ok(line.endsWith("}\n"));
  const { time, ...others } = JSON.parse(line);
  t.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  t.same(others, { level: "warning", event: "call", method: "A/B", duration_ms: 1.5 });
});

t.test("every level is written, under its own name", async (t) => {
  for (const level of ["debug", "info", "warning", "error"] as const) {
    t.equal(JSON.parse(linesOf("json")(level, "x", {})).level, level);
    t.match(linesOf("text")(level, "x", {}), new RegExp(`Z ${level} x\\n$`));
  }
});

t.test("values end no line and drive no terminal", async (t) => {
  for (const lines of [textLines, jsonLines()]) {
    for (const hostile of HOSTILE) {
      const line = lines("warning", "refused", { address: hostile });
      t.equal(line.indexOf("\n"), line.length - 1, JSON.stringify(line));
      t.notMatch(line.slice(0, -1), /[\p{Cc}\u2028]/u, JSON.stringify(line));
    }
  }
});
