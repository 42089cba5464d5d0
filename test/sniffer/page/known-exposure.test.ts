import t from "tap";
import type { SnifferEvent } from "../../../src/sniffer/event.js";
import { ConversationFacts } from "../../../src/sniffer/page/conversation-facts.js";
import { exposureOf } from "../../../src/sniffer/page/exposure.js";
import { ExposureTally } from "../../../src/sniffer/page/exposure-tally.js";
import { knownExposure } from "../../../src/sniffer/page/known-exposure.js";
import { Pipeline } from "../../../src/sniffer/pipeline.js";
import { numbered, play } from "../played-capture.js";

const REQUEST = "GET / HTTP/1.1\r\nAuthorization: Basic Ym9iOmh1bnRlcjI=\r\n\r\n";

/** A conversation's facts, and the events that are still to come. */
function begun(): { facts: ConversationFacts; events: SnifferEvent[] } {
  let facts: ConversationFacts | undefined;
  const pipeline = new Pipeline({
    tap: ({ conversation }) => {
      facts ??= new ConversationFacts(conversation);
    },
  });
  const events: SnifferEvent[] = [];
  for (const packet of numbered(play([["client", REQUEST]]))) {
    pipeline.push(packet);
    for (let event = pipeline.next(); event !== undefined; event = pipeline.next()) events.push(event);
  }
  if (facts === undefined) throw new Error("nothing was said");
  return { facts, events };
}

t.test("it is worked out again exactly where more is known", async (t) => {
  const { facts, events } = begun();
  const before = knownExposure(facts);
  t.equal(knownExposure(facts), before);
  for (const event of events) {
    facts.push(event);
    t.same(knownExposure(facts), exposureOf(facts), event.event);
  }
  t.not(knownExposure(facts), before);
  t.equal(knownExposure(facts).password.passive.level, "readable");
});

t.test("sums have the worst of each cell, how many are like that, and rather what was seen", async (t) => {
  const { facts, events } = begun();
  const open = exposureOf(facts);
  for (const event of events) facts.push(event);
  const told = exposureOf(facts);
  const tally = new ExposureTally();
  t.match(tally.matrix.content.passive, { level: "absent", count: 0 });
  for (const matrix of [open, told, told, open]) tally.add(matrix);
  const more = new ExposureTally(tally);
  more.add(told);
  t.match(tally.matrix.password.passive, { level: "readable", count: 2, seen: true });
  t.match(more.matrix.password.passive, { level: "readable", count: 3 });
  t.match(tally.matrix.ends.passive, { level: "readable", count: 4 });
  t.same(tally.matrix.password.passive.place, told.password.passive.place);
});
