// What-if against real handshakes: what the wire is said to mean, beside what openssl says that it agreed on.
import t from "tap";
import type { AssessmentEvent } from "../../../src/sniffer/event.js";
import { newAssessor } from "../../../src/sniffer/finding/assessment.js";
import { numbered, play, sniff } from "../played-capture.js";
import { NO_OPENSSL, talkOpenssl } from "../tls/openssl-talk.js";
import type { Turn } from "../tls/watched-talk.js";
import { assessmentCases } from "./assessment-cases.js";

function assess(turns: readonly Turn[]): AssessmentEvent {
  const talk = turns.map((turn): [Turn["side"], Uint8Array] => [
    turn.side,
    "bytes" in turn ? turn.bytes : new Uint8Array(),
  ]);
  const packets = numbered(play(talk)).map((packet) => ({ ...packet, seconds: Math.floor(Date.now() / 1000) }));
  const events = sniff(packets, { assess: newAssessor });
  const kinds = events.map(({ event }) => event);
  const assessments = events.filter((event) => event.event === "assessment");
  const [assessment] = assessments;
  if (assessment === undefined || assessments.length > 1) throw new Error(`${assessments.length} assessments`);
  if (kinds.indexOf("assessment") > kinds.indexOf("conversation")) throw new Error("it came too late");
  return assessment;
}

for (const [what, wish, expected] of assessmentCases(t.testdir({}))) {
  t.test(what, { skip: NO_OPENSSL }, async (t) => {
    const { turns, said } = await talkOpenssl(wish);
    t.match(said, expected.said);
    const { statements, readers } = assess(turns);
    const ratings = Object.fromEntries(statements.map(({ topic, rating }) => [topic, rating]));
    t.match(ratings, expected.ratings);
    t.same(Object.fromEntries(readers.map(({ who, can }) => [who, can])), expected.readers);
    const texts = statements.map(({ text }) => text).join("\n");
    if (expected.text !== undefined) t.match(texts, expected.text);
    for (const { text } of [...statements, ...readers]) t.match(text, /^[A-Z].*\.$/s, "a whole sentence");
  });
}
