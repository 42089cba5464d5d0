// What-if on hellos made byte by byte: post-quantum groups, GREASE, one-sided and damaged talks, dates, and what is summed up.
import t from "tap";
import type { AssessmentEvent } from "../../../src/sniffer/event.js";
import { newAssessor } from "../../../src/sniffer/finding/assessment.js";
import { LaterSummary } from "../../../src/sniffer/finding/later-summary.js";
import { chooseSeed, RandomSource } from "../../helpers/random-source.js";
import {
  clientHelloRecord,
  extension,
  handshake,
  RETRY_RANDOM,
  record,
  serverHelloRecord,
  u16s,
  vector,
} from "../tls/hello-bytes.js";
import { illustratedTalk } from "../tls/illustrated-talk.js";
import { ofKind, type Turn, watch } from "../tls/watched-talk.js";

interface Circumstances {
  readonly midstream?: boolean;
  readonly seconds?: number | null;
}

function assess(turns: readonly Turn[], { midstream = false, seconds = null }: Circumstances = {}): AssessmentEvent {
  const assessor = newAssessor({ transport: "tls", midstream, now: () => seconds });
  const [assessment] = ofKind(watch(turns, { assessor, midstream }), "assessment");
  if (assessment === undefined) throw new Error("nothing was assessed");
  return assessment;
}

const client = (bytes: Uint8Array): Turn => ({ side: "client", bytes });
const server = (bytes: Uint8Array): Turn => ({ side: "server", bytes });
const DATA = record(0x17, Buffer.alloc(40, 1));

function hello(...groups: number[]): Turn {
  const extensions = [extension.versions(0x1a1a, 0x0304), extension.groups(...groups), extension.keyShares(...groups)];
  return client(clientHelloRecord({ extensions }));
}

function answer(group: number, random?: Uint8Array): Turn {
  const extensions = [extension.chosenVersion(0x0304), extension.other(0x0033, u16s(group, 0))];
  return server(serverHelloRecord(random === undefined ? { extensions } : { extensions, random }));
}

const ratingOf = (assessment: AssessmentEvent, topic: string) =>
  assessment.statements.find((statement) => statement.topic === topic)?.rating;
const textOf = (assessment: AssessmentEvent, topic: string) =>
  assessment.statements.find((statement) => statement.topic === topic)?.text;
const quantumCan = ({ readers }: AssessmentEvent) => readers.find(({ who }) => who.includes("quantum"))?.can;

for (const [group, name] of [
  [0x11ec, "X25519MLKEM768"],
  [0x11eb, "SecP256r1MLKEM768"],
  [0x11ed, "SecP384r1MLKEM1024"],
  [0x6399, "X25519Kyber768Draft00"],
  [0x0201, "MLKEM768"],
] as const) {
  t.test(`${name} keeps a quantum computer out`, async (t) => {
    const assessment = assess([hello(0x2a2a, group, 0x001d), answer(group), server(DATA), client(DATA)]);
    t.equal(ratingOf(assessment, "post_quantum"), "good");
    t.match(textOf(assessment, "post_quantum"), name);
    t.equal(quantumCan(assessment), "nothing");
    t.equal(assessment.frame, 2);
  });
}

t.test("a post-quantum offer that the server does not take is told", async (t) => {
  const assessment = assess([hello(0x11ec, 0x001d), answer(0x001d), server(DATA)]);
  t.match(textOf(assessment, "post_quantum"), "offered X25519MLKEM768, the server did not take it");
  t.equal(quantumCan(assessment), "read");
});

t.test("GREASE is no post-quantum group", async (t) => {
  t.match(textOf(assess([hello(0x1a1a, 0x001d), answer(0x001d), server(DATA)]), "post_quantum"), "offered none");
});

t.test("what a client offered whose hello was not captured is not told", async (t) => {
  const text = textOf(assess([answer(0x001d), server(DATA)]), "post_quantum");
  t.match(text, "what the client offered was not captured");
  t.notMatch(text, "offered none");
});

t.test("a retry and nothing after it leaves all unknown", async (t) => {
  const assessment = assess([hello(0x001d), answer(0x0018, RETRY_RANDOM)]);
  t.equal(ratingOf(assessment, "forward_secrecy"), "unknown");
  t.equal(ratingOf(assessment, "version"), "unknown");
});

t.test("resumed with a fresh post-quantum exchange: only early data is as weak as what came before", async (t) => {
  const identities = vector(2, vector(2, Buffer.alloc(40, 3)), Buffer.from([0, 0, 9, 9]));
  const psk = extension.other(0x0029, Buffer.concat([identities, vector(2, vector(1, Buffer.alloc(32)))]));
  const offered = [extension.versions(0x0304), extension.keyShares(0x11ec), extension.other(0x002a), psk];
  const chosen = [
    extension.chosenVersion(0x0304),
    extension.other(0x0033, u16s(0x11ec, 0)),
    extension.other(0x0029, u16s(0)),
  ];
  const first = client(clientHelloRecord({ extensions: offered }));
  const taken = assess([first, client(DATA), server(serverHelloRecord({ extensions: chosen })), server(DATA)]);
  t.equal(quantumCan(taken), "read early data");
  t.match(textOf(taken, "forward_secrecy"), "no key that stays opens it, but for the early data");
  t.match(taken.readers, [{}, { who: "whoever gets the session ticket key", can: "read early data" }, {}]);
  const refused = assess([first, client(DATA), answer(0x11ec), server(DATA)]);
  t.match(textOf(refused, "early_data"), "sent and rejected");
  t.match(textOf(refused, "forward_secrecy"), "but for the early data");
  t.ok(refused.readers.some(({ can }) => can === "read early data"));
});

t.test("a conversation that began earlier is unknown, and says so", async (t) => {
  const assessment = assess([client(DATA), client(DATA), server(DATA), server(DATA)], { midstream: true });
  t.match(textOf(assessment, "handshake"), "began after the connection did");
  t.same(
    assessment.readers.map(({ can }) => can),
    ["read"],
  );
});

t.test("an SSL 3.0 that compresses, with an export suite, is bad in every way", async (t) => {
  const hello = Buffer.concat([u16s(0x0300), Buffer.alloc(32, 1), vector(1), u16s(0x0003), Buffer.from([1])]);
  const turns = [
    client(clientHelloRecord({ legacyVersion: 0x0300, cipherSuites: [0x0003], extensions: null })),
    server(record(0x16, handshake(0x02, hello), 0x0300)),
    server(record(0x16, handshake(0x0e, Buffer.alloc(0)), 0x0300)),
  ];
  const assessment = assess(turns);
  for (const topic of ["version", "cipher", "compression", "forward_secrecy"]) {
    t.equal(ratingOf(assessment, topic), "bad", topic);
  }
});

t.test("a certificate's dates count against the capture's time, and against none where there is none", async (t) => {
  const turns = illustratedTalk("12");
  t.equal(ratingOf(assess(turns), "authentication"), "good");
  t.match(textOf(assess(turns, { seconds: Date.parse("2030-01-01") / 1000 }), "authentication"), "had expired");
  t.match(textOf(assess(turns, { seconds: Date.parse("2010-01-01") / 1000 }), "authentication"), "not valid yet");
  t.equal(ratingOf(assess(turns), "extended_master_secret"), "weak");
});

t.test("damage of any kind throws nothing", async (t) => {
  const random = new RandomSource(chooseSeed());
  t.comment(`seed ${random.seed}`);
  for (let round = 0; round < 600; round++) {
    const turns = illustratedTalk(random.chance(0.5) ? "12" : "13").map((turn): Turn => {
      if (!("bytes" in turn)) return turn;
      const bytes = Uint8Array.from(turn.bytes);
      for (let count = random.below(4); count > 0; count--) bytes[random.below(bytes.length)] = random.below(256);
      return { side: turn.side, bytes: random.chance(0.1) ? bytes.subarray(random.below(bytes.length)) : bytes };
    });
    const { statements } = assess(turns, { midstream: random.chance(0.2) });
    if (statements.length === 0) t.fail(`round ${round}: nothing is said`);
  }
});

t.test("the summary counts conversations by who opens them", async (t) => {
  const later = new LaterSummary();
  t.same(later.lines(), []);
  later.push(assess([hello(0x11ec), answer(0x11ec), server(DATA)]));
  t.match(later.lines(), [/1 TLS conversation: forward secret/, "it is safe from a quantum computer"]);
  later.push(assess([hello(0x001d), answer(0x001d), server(DATA)]));
  later.push(assess([client(DATA), client(DATA)], { midstream: true }));
  t.match(later.lines(), [
    /2 TLS conversations: forward secret/,
    "1 TLS conversation: open to whoever builds a large quantum computer",
    /1 TLS conversation: not judged/,
  ]);
});
