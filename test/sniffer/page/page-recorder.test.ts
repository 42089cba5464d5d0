import t from "tap";
import { SecretList } from "../../../src/sniffer/finding/secret-search.js";
import { decodeBars } from "../../../src/sniffer/page/bar-list.js";
import type { Level, Matrix, Observer } from "../../../src/sniffer/page/page-model.js";
import { fixture, fixturePackets } from "../capture/capture-bytes.js";
import { ipv4, udp } from "../packet/packet-bytes.js";
import { numbered, play } from "../played-capture.js";
import { detailOf, recordPage, shownText } from "./recorded-page.js";

const PASSWORD = "correct-horse-battery";
const BASIC = Buffer.from(`alice:${PASSWORD}`).toString("base64");

const levels = (row: Matrix["content"]): Record<Observer, Level> => ({
  passive: row.passive.level,
  impersonator: row.impersonator.level,
  trusted_ca: row.trusted_ca.level,
  keys: row.keys.level,
});
const all = (level: Level) => ({ passive: level, impersonator: level, trusted_ca: level, keys: level });

t.test("in the clear everyone reads the same, and the password's bytes are in no page", async (t) => {
  const talk = play([
    ["client", `GET /mail HTTP/1.1\r\nHost: example\r\nAuthorization: Basic ${BASIC}\r\n\r\n`],
    ["server", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"],
  ]);
  const model = recordPage(numbered(talk)).model();
  const detail = detailOf(model, 0);
  t.same(levels(model.head.matrix.content), all("readable"));
  t.same(levels(model.head.matrix.password), all("readable"));
  t.match(model.head.matrix.password.passive, { seen: true, place: { conversation: 0, frame: 4, side: "client" } });
  t.match(model.head.verdict, "the password");
  t.match(detail.row, { level: "readable", application: "http", secrets: 1, state: "fin" });
  t.notMatch(JSON.stringify(model), BASIC);
  const shown = shownText(detail, "client");
  t.match(shown, "GET /mail HTTP/1.1");
  t.notMatch(shown, BASIC);
  t.notMatch(shown, PASSWORD);
  t.match(shownText(detail, "server"), "Content-Length: 5");
  t.notMatch(shownText(detail, "server"), "hello", "a body may say anything");
});

t.test("before the end the first line agrees with its colour", async (t) => {
  const recorder = recordPage(numbered(play([["client", "GET /mail HTTP/1.1\r\nHost: example\r\n\r\n"]])), {
    finish: false,
  });
  t.match(recorder.head(), { level: "readable", verdict: "can read what is said" });
});

t.test("a token that was sought is told as the token, once, and is no password", async (t) => {
  const token = "0123456789abcdefghijklmnopqrstuvwxyz";
  const packets = numbered(play([["client", `GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${token}\r\n\r\n`]]));
  const model = recordPage(packets, { secrets: new SecretList([Buffer.from(token)]) }).model();
  t.equal(detailOf(model, 0).row.secrets, 1);
  t.equal(model.head.matrix.token.passive.level, "readable");
  t.equal(model.head.matrix.password.passive.seen, false);
  t.notMatch(model.head.verdict, "the secret");
  const unknown = recordPage(packets, { secrets: new SecretList([Buffer.from("HTTP/1.1")]) }).model();
  t.equal(detailOf(unknown, 0).row.secrets, 2, "what is sought elsewhere counts");
});

t.test("TLS 1.3: length only for who watches, readable with keys, and the certificate with it", async (t) => {
  const packets = fixturePackets("illustrated-tls13/capture.pcap");
  const shut = recordPage(packets).model();
  t.same(levels(shut.head.matrix.content), {
    passive: "length",
    impersonator: "readable",
    trusted_ca: "readable",
    keys: "readable",
  });
  t.equal(shut.head.matrix.content.keys.seen, false, "nobody gave keys");
  t.match(shut.head.matrix.certificate.passive, { level: "length" });
  t.match(shut.head.matrix.server_name.passive, { level: "readable", seen: true });
  const detail = detailOf(shut, 0);
  t.same(
    detail.steps.slice(0, 2).map(({ side, title }) => [side, title]),
    [
      ["client", "The client offers"],
      ["server", "The server chooses"],
    ],
  );
  t.ok(decodeBars(detail.bars).every((bar) => bar.class === "tls_metadata" || bar.class === "ciphertext"));

  const keyLog = Buffer.from(fixture("illustrated-tls13/keylog.txt")).toString();
  const opened = recordPage(packets, { keyLog }).model();
  t.match(opened.head.matrix.content.keys, { level: "readable", seen: true });
  t.match(opened.head.matrix.content.passive, { level: "length" });
  t.match(opened.head.matrix.certificate, { passive: { level: "length" }, keys: { level: "readable", seen: true } });
  t.ok(decodeBars(detailOf(opened, 0).bars).some((bar) => bar.class === "opened"));
  const inside = detailOf(opened, 0).samples.find((sample) => sample.side === "client" && sample.opened);
  t.match(inside, { totalBytes: 4, pieces: [{ spans: [{ offset: 0, length: 4, class: "withheld" }] }] });
});

t.test("TLS 1.2 shows the certificate to everyone", async (t) => {
  const { head } = recordPage(fixturePackets("illustrated-tls12/capture.pcap")).model();
  t.same(levels(head.matrix.certificate), all("readable"));
  t.match(head.matrix.certificate.passive, { seen: true, place: { side: "server", offset: 54 } });
  t.match(head.matrix.server_name.passive, { seen: true, place: { side: "client", offset: 0 } });
  t.match(head.matrix.content.passive, { level: "length" });
});

t.test("what is not understood is called so, and promised to nobody", async (t) => {
  const model = recordPage(
    numbered(
      play([
        ["client", "\x01\x02\x03"],
        ["server", "\x04"],
      ]),
    ),
  ).model();
  t.same(levels(model.head.matrix.content), all("unknown"));
  t.match(detailOf(model, 0).row.level, "unknown");
  t.equal(shownText(detailOf(model, 0), "client"), "\x01\x02\x03");
});

t.test("the ledger comes with the end; before it there is a head all the same", async (t) => {
  let heads = 0;
  const recorder = recordPage(numbered(play([["client", "USER x\r\n"]])), {
    live: true,
    watch: (watched) => {
      const head = watched.head();
      heads += 1;
      t.equal(head.packets, heads);
      t.equal(head.accounted, undefined);
    },
  });
  const { accounted, bytes } = recorder.head();
  t.equal(
    Object.values(accounted ?? {}).reduce((sum, one) => sum + one, 0),
    bytes,
  );
});

t.test("memory is bounded: dull conversations give way, those that gave something away stay", async (t) => {
  const login = `GET / HTTP/1.1\r\nAuthorization: Basic ${BASIC}\r\n\r\n`;
  const talks = Array.from({ length: 60 }, (_, index) =>
    play([["client", index === 3 ? login : "GET / HTTP/1.1\r\n\r\n"]], { clientPort: 1000 + index }),
  );
  const recorder = recordPage(numbered(talks.flat()), {
    live: true,
    limits: { conversations: 10 },
    watch: (watched) => {
      t.ok(watched.rows().length <= 10);
    },
  });
  const { head, rows } = recorder.model();
  t.match({ conversations: head.conversations, leftOut: head.leftOut }, { conversations: 60, leftOut: 50 });
  t.ok(
    rows.some(({ id }) => id === 3),
    "the one with the password",
  );
  t.ok(
    rows.some(({ id }) => id === 59),
    "the latest",
  );
  t.notOk(recorder.has(1), "one that gave way");
  t.equal(head.matrix.content.passive.count, 60, "all of them count for who could read what");
});

t.test("where all are open at once, those that have no room count too", async (t) => {
  const talks = Array.from({ length: 30 }, (_, index) =>
    play([["client", "GET / HTTP/1.1\r\n\r\n"]], { clientPort: 1000 + index, end: "open" }),
  );
  const { head, rows } = recordPage(numbered(talks.flat()), { limits: { conversations: 10 } }).model();
  t.equal(rows.length, 10);
  t.match(head, { conversations: 30, leftOut: 20, matrix: { content: { passive: { level: "readable", count: 30 } } } });
});

t.test("bars over the room that there is are counted", async (t) => {
  const talk = Array.from({ length: 200 }, (): ["client", string] => ["client", "x"]);
  const model = recordPage(numbered(play(talk)), { limits: { bars: 50, barsEach: 5 } }).model();
  const { bars } = detailOf(model, 0);
  t.same([bars.count, bars.more, bars.moreBytes], [50, 150, 150]);
});

t.test(
  "messages and findings over the room that all have together are counted; each has a few in any case",
  async (t) => {
    const limits = { messages: 12, messagesEach: 2, ownFindings: 8, ownFindingsEach: 1 };
    const talks = Array.from({ length: 4 }, (_, index) => {
      const turns = Array.from({ length: 10 }, (_, turn): ["client", string] => {
        const basic = Buffer.from(`user${turn}:x`).toString("base64");
        return ["client", `GET /${turn} HTTP/1.1\r\nAuthorization: Basic ${basic}\r\n\r\n`];
      });
      return play(turns, { clientPort: 1000 + index });
    });
    const { details } = recordPage(numbered(talks.flat()), { limits }).model();
    t.same(
      details.map(({ messages, moreMessages }) => [messages.length, moreMessages]),
      [
        [10, 0],
        [2, 8],
        [2, 8],
        [2, 8],
      ],
    );
    t.same(
      details.map(({ findings }) => findings.length),
      [8, 1, 1, 1],
    );
    t.ok(details.every(({ moreFindings }) => moreFindings > 0));
  },
);

t.test("whoever makes room for others gives back its share", async (t) => {
  const talks = Array.from({ length: 20 }, (_, index) =>
    play([["client", "GET / HTTP/1.1\r\n\r\n"]], { clientPort: 1000 + index }),
  );
  const limits = { conversations: 2, messages: 2, messagesEach: 0, bars: 2, barsEach: 0 };
  const { details } = recordPage(numbered(talks.flat()), { limits }).model();
  t.same(
    details.map(({ messages, bars }) => [messages.length, bars.count]),
    [
      [1, 1],
      [1, 1],
    ],
  );
});

t.test("a report carries so many bytes of streams, of those with secrets first", async (t) => {
  const login = `GET / HTTP/1.1\r\nAuthorization: Basic ${BASIC}\r\n\r\n`;
  const talks = ["GET / HTTP/1.1\r\n\r\n", login].map((said, index) =>
    play([["client", said]], { clientPort: 1000 + index }),
  );
  const model = recordPage(numbered(talks.flat()), { limits: { sampleBytes: login.length } }).model();
  t.equal(shownText(detailOf(model, 1), "client").length, login.length);
  t.equal(shownText(detailOf(model, 0), "client"), "");
});

t.test("that data is encrypted is one finding of the capture, however many conversations say so", async (t) => {
  const hello = Buffer.from(`160301002f0100002b0303${"11".repeat(32)}000002130101000000`, "hex");
  const data = (length: number) => Buffer.concat([Buffer.of(0x17, 3, 3, 0, length), Buffer.alloc(length)]);
  const talks = [30, 40, 50].map((length, index) =>
    play([["client", Buffer.concat([hello, data(length)])]], { clientPort: 1000 + index }),
  );
  const { head, details } = recordPage(numbered(talks.flat())).model();
  t.match(
    head.findings.filter(({ visibility }) => visibility === "hidden"),
    [{ what: "application data is encrypted", count: 3 }],
  );
  t.match(details[1]?.findings.find(({ visibility }) => visibility === "hidden")?.what, "1 record, 40 bytes");
});

t.test("of datagrams what is no text is shown, though nothing ends them", async (t) => {
  const question = Buffer.from("\x01\x02\x01\0\0\x01\0\0\0\0\0\0\x07example\x03com\0\0\x01\0\x01", "latin1");
  const packet = ipv4({ protocol: 17 }, udp([5000, 53], question));
  const shown = shownText(detailOf(recordPage(numbered([packet])).model(), 0), "client");
  t.ok(shown.startsWith("\x01\x02\x01"));
  t.notMatch(shown, "example");
});

t.test("damage and holes are told as such", async (t) => {
  const packets = numbered(
    play([
      ["client", "GET / HTTP/1.1\r\n\r\n"],
      ["server", "HTTP/1.1 200 OK\r\n\r\n"],
      ["client", "GET /2 HTTP/1.1\r\n\r\n"],
    ]),
  );
  const holed = packets.filter(({ frame }) => frame !== 4);
  const model = recordPage(holed.map((packet, index) => ({ ...packet, frame: index + 1 }))).model();
  const detail = detailOf(model, 0);
  t.equal(detail.row.gaps, 1);
  t.ok(decodeBars(detail.bars).some((bar) => bar.class === "gap"));
  t.notMatch(shownText(detail, "client"), "GET /2", "behind a hole nothing was read, and so nothing is shown");
});
