import { writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import type { SnifferEvent } from "../../../src/sniffer/event.js";
import { captureFile, numbered, play, type Said, sniff } from "../played-capture.js";
import { run } from "../sniffer-program.js";

const folder = t.testdir({});
let files = 0;

/** The events of a talk as --json prints them, in a file. */
function save(events: readonly object[]): string {
  files += 1;
  const path = join(folder, `${files}.json`);
  writeFileSync(path, events.map((event) => `${JSON.stringify(event)}\n`).join(""));
  return path;
}

const eventsOf = (talk: readonly Said[], clientPort = 40_000) => sniff(numbered(play(talk, { clientPort })));
const GET: Said = ["client", "GET / HTTP/1.1\r\n\r\n"];
const LOGIN: Said = ["client", "GET / HTTP/1.1\r\nAuthorization: Basic YWxpY2U6c2VjcmV0\r\n\r\n"];
const ANSWER: Said = ["server", "HTTP/1.1 204 No\r\n\r\n"];

function helloEvents(extra: object = {}): SnifferEvent[] {
  const hello = {
    event: "server_hello",
    conversation: 0,
    frame: 5,
    version: "0x0304",
    cipher_suite: "0x1301",
    alpn: null,
    group: "X25519MLKEM768",
    hello_retry: false,
    resumed: false,
    ja3s: "",
    ...extra,
  } as SnifferEvent;
  return [hello, ...sniff([])];
}

const diff = async (before: readonly object[], after: readonly object[]) => {
  const { code, events, stderr } = await run(["diff", save(before), save(after), "--json"]);
  return { code, stderr, lines: events as unknown as { event: string; change: string; kind: string; what: string }[] };
};

t.test("the same talk from another port at another time exposes the same", async (t) => {
  const once = eventsOf([LOGIN, ANSWER]);
  const { code, lines } = await diff(once, eventsOf([LOGIN, ANSWER, GET, ANSWER, LOGIN, ANSWER], 50_001));
  t.equal(code, 0);
  t.match(lines, [{ event: "difference_summary", worse: false, more: 0, less: 0, incomplete: [] }]);
});

t.test("a password that was not readable before is more, and exit code 5; the other way it is less", async (t) => {
  const [without, withIt] = [eventsOf([GET, ANSWER]), eventsOf([LOGIN, ANSWER])];
  const worse = await diff(without, withIt);
  t.equal(worse.code, 5);
  t.ok(
    worse.lines.some(({ change, kind, what }) => change === "more" && kind === "readable" && /^password in/.test(what)),
  );
  const better = await diff(withIt, without);
  t.equal(better.code, 0);
  t.ok(better.lines.some(({ change, what }) => change === "less" && /^password in/.test(what)));
});

t.test("TLS that got weaker is worse, TLS where there was none is not", async (t) => {
  const strong = helloEvents();
  for (const [weak, what] of [
    [{ version: "0x0303", cipher_suite: "0xc02f", group: "x25519" }, /TLS 1\.2 is agreed on/],
    [{ version: "0x0302", cipher_suite: "0xc013" }, /TLS 1\.1 is agreed on/],
    [{ version: "0x0303", cipher_suite: "0x009c", group: null }, /no forward secrecy/],
    [{ version: "0x0303", cipher_suite: "0xc013" }, /CBC/],
    [{ version: "0x0303", cipher_suite: "0x0005", group: null }, /broken/],
    [{ version: "0x0303", cipher_suite: "0x0001", group: null }, /encrypts nothing/],
    [{ group: "x25519" }, /quantum/],
  ] as const) {
    const { code, lines } = await diff(strong, helloEvents(weak));
    t.equal(code, 5);
    t.ok(
      lines.some((line) => line.kind === "weaker" && what.test(line.what)),
      String(what),
    );
    t.equal((await diff(helloEvents(weak), strong)).code, 0);
  }
  const fromPlain = await diff(eventsOf([GET, ANSWER]), helloEvents({ version: "0x0303", cipher_suite: "0xc02f" }));
  t.equal(fromPlain.code, 0, "even old TLS is a step from none");
  t.ok(fromPlain.lines.some(({ change, kind }) => change === "other" && kind === "weaker"));
});

t.test("what only keys showed counts for nothing", async (t) => {
  const evidence = { frame: 9, offset: 0, length: 3 };
  const opened = {
    event: "finding",
    conversation: 0,
    side: "client",
    visibility: "readable",
    what: "password",
    decrypted: true,
    evidence,
  };
  t.equal((await diff(helloEvents(), [opened, ...helloEvents()])).code, 0);
});

t.test("a certificate that was replaced is told, and no harm", async (t) => {
  const certificate = (sha256: string) => ({
    event: "certificate",
    conversation: 0,
    frame: 7,
    side: "server",
    chain: [{ subject: "CN=x", sha256 }],
  });
  const { code, lines } = await diff([certificate("aa"), ...helloEvents()], [certificate("bb"), ...helloEvents()]);
  t.equal(code, 0);
  t.match(lines[0], { change: "other", kind: "certificate", what: /CN=x was replaced/ });
});

t.test("captures with holes prove nothing by silence, and that is said", async (t) => {
  const packets = play([GET, ANSWER, LOGIN, ANSWER]);
  const holed = sniff(numbered(packets.filter((_, index) => index !== 5)));
  const { lines } = await diff(eventsOf([GET, ANSWER]), holed);
  t.match(lines.at(-1), { event: "difference_summary", incomplete: ["after"] });
});

t.test("people get the same in words, and no control character of the wire", async (t) => {
  const evil = {
    event: "finding",
    conversation: 0,
    side: "client",
    visibility: "readable",
    what: "x\u001b[2J",
    evidence: {},
  };
  const { code, stdout } = await run(["diff", save(helloEvents()), save([evil, ...helloEvents()])]);
  t.equal(code, 5);
  t.match(stdout, "More can be read after than before.");
  t.match(stdout, /share of bytes +before +after/);
  t.notMatch(stdout, "\u001b");
});

t.test("what is no output of --json is named by its line", async (t) => {
  const good = save(helloEvents());
  const bad = (text: string | Buffer): string => {
    files += 1;
    const path = join(folder, `${files}.json`);
    writeFileSync(path, text);
    return path;
  };
  const summary = JSON.stringify(helloEvents().at(-1));
  for (const [text, why] of [
    ["", /does not end with a summary/],
    [`${summary}\nnot json\n`, /line 2: it is not JSON/],
    ["[]\n", /line 1: it is no event/],
    ["null\n", /line 1: it is no event/],
    ['{"event":"finding"}\n', /line 1: its visibility is missing/],
    ['{"event":"summary","accounted":null}\n', /line 1: its accounted is missing/],
    ['{"event":"assessment","statements":[null]}\n', /line 1: its statements is missing or of another type/],
    [
      '{"event":"assessment","statements":[{"rating":"bad"}]}\n',
      /line 1: its statements is missing or of another type/,
    ],
    ['{"event":"certificate","side":"server","chain":[null]}\n', /line 1: its chain is missing or of another type/],
    ['{"event":"certificate","side":"server","chain":[{"sha256":"00"}]}\n', /line 1: its chain/],
    ['{"event":"summary","accounted":{},"protocols":{}}\n', /was made with --count/],
    [captureFile(play([GET])), /is not JSON|no event/],
  ] as const) {
    const { code, stderr } = await run(["diff", good, bad(text)]);
    t.equal(code, 1);
    t.match(stderr, why);
  }
  t.match(await run(["diff", good, join(folder, "none.json")]), { code: 1, stderr: /there is no such file/ });
  const unknownEvents = bad(`{"event":"from a later version","x":1}\n${summary}\n`);
  t.equal((await run(["diff", good, unknownEvents])).code, 0, "events of later versions are passed over");
});

t.test("usage", async (t) => {
  for (const args of [["diff"], ["diff", "a"], ["diff", "a", "b", "c"], ["diff", "-", "-"], ["diff", "a", "b", "-n"]]) {
    t.equal((await run(args)).code, 2, args.join(" "));
  }
  t.equal((await run(["diff", "--help"])).code, 0);
});

t.test("one of the two comes by standard input", async (t) => {
  const events = helloEvents()
    .map((event) => `${JSON.stringify(event)}\n`)
    .join("");
  t.equal((await run(["diff", save(helloEvents()), "-"], Buffer.from(events))).code, 0);
});
