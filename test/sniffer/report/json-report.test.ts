import t from "tap";
import type { SnifferEvent } from "../../../src/sniffer/event.js";
import { JsonReport } from "../../../src/sniffer/report/json-report.js";

const event: SnifferEvent = {
  event: "finding",
  conversation: null,
  side: null,
  visibility: "damaged",
  what: "\u001b[31m \u0000 \u007f \u0085 \u009b31m \u202e \u2028 \u{1f600} é",
  evidence: { frame: 1, offset: 0, length: 0 },
};

t.test("an event is one line, and comes back as it was", async (t) => {
  const line = new JsonReport().encode(event);
  t.equal(line.indexOf("\n"), line.length - 1);
  t.same(JSON.parse(line), event);
  t.equal(new JsonReport().end(), "");
});

t.test("nothing in a line can move a terminal's cursor or turn its text", async (t) => {
  t.notMatch(new JsonReport().encode(event).trimEnd(), /[\p{Cc}\u2028\u202e]/u);
});
