import t from "tap";
import { choosePaint } from "../../../src/sniffer/report/paint.js";
import { cellsOf } from "../../../src/sniffer/report/terminal-text.js";
import { TextReport } from "../../../src/sniffer/report/text-report.js";
import { encodeFrame } from "../../../src/wire/frame-encoder.js";
import { numbered, play, type Said, sniff } from "../played-capture.js";

const ESCAPE = "\u001b";
const TALK: Said[] = [
  ["client", `GET / HTTP/1.1\r\nAuthorization: Basic Ym9iOmh1bnRlcjI=\r\nHost: ${ESCAPE}[31mevil\u0007\r\n\r\n`],
  ["server", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"],
];
const report = (options: { width?: number; colour?: boolean; packets?: boolean }) => {
  const paint = choosePaint(options.colour === true ? { FORCE_COLOR: "1" } : {}, false);
  const text = new TextReport({ tlsAware: false, paint, width: options.width });
  const events = sniff(numbered(play(TALK)), { packets: options.packets ?? false });
  return events.map((event) => text.encode(event)).join("") + text.end();
};

const EXPECTED = `
     4 #0    > request      GET target=/ version=HTTP/1.1 host=\\u{1b}[31mevil\\u{7}
     4 #0    > READABLE     username: bob
     4 #0    > READABLE     password: [redacted: 7 bytes]
     5 #0    < response     GET 200 version=HTTP/1.1 reason=OK
     9 #0      tcp fin      10.0.0.1:40001 > 10.0.0.2:443 http, 75 / 40 bytes

A man in the middle could read the username and the password.
in the clear
  username: bob in http authorization (packet 4, byte 37 of the client's stream in #0)
  password: [redacted: 7 bytes] in http authorization (packet 4, byte 37 of the client's stream in #0)
in all
  9 packets, 475 bytes captured
  of these: headers 360, plaintext 115
  conversations: 1 http
`;

t.test("the report in full, without colour and as wide as it wants", async (t) => {
  t.equal(`\n${report({})}`, EXPECTED);
});

t.test("no line is wider than the terminal", async (t) => {
  for (const width of [40, 80, 120]) {
    for (const line of report({ width, packets: true }).split("\n")) t.ok(cellsOf(line) <= width, `${width}: ${line}`);
  }
});

t.test("what the wire sends never reaches the terminal raw", async (t) => {
  t.notMatch(report({ width: 80 }), /[^\P{Cc}\n]/u);
  const coloured = report({ colour: true });
  t.match(coloured, ESCAPE);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the colours themselves are control sequences.
  t.notMatch(coloured.replace(/\u001b\[\d+m/g, ""), ESCAPE, "only our own colours are left");
  t.match(coloured, "\\u{1b}[31mevil\\u{7}", "what was sent is shown");
});

t.test("a password is nowhere in it", async (t) => {
  t.notMatch(report({}), /hunter2|Ym9iOmh1bnRlcjI/);
});

t.test("FORCE_COLOR and NO_COLOR win over what the output is", async (t) => {
  const coloured = (env: NodeJS.ProcessEnv, terminal: boolean) => choosePaint(env, terminal)("red", "x") !== "x";
  t.equal(coloured({}, true), true);
  t.equal(coloured({}, false), false);
  t.equal(coloured({ NO_COLOR: "1" }, true), false);
  t.equal(coloured({ NO_COLOR: "" }, true), true);
  t.equal(coloured({ FORCE_COLOR: "1", NO_COLOR: "1" }, false), true);
  t.equal(coloured({ FORCE_COLOR: "0" }, true), false);
  t.equal(coloured({ TERM: "dumb" }, true), false);
});

t.test("calls are shown with their method and fields", async (t) => {
  const { head, payload } = encodeFrame({
    kind: "request",
    streamId: 1,
    method: "a.b.S/Do",
    timeoutMs: 0,
    open: false,
    credit: 0,
    metadata: [],
    payload: Buffer.from("0a0161", "hex"),
  });
  const text = new TextReport({ tlsAware: false, paint: choosePaint({}, false), width: undefined });
  const events = sniff(numbered(play([["client", Buffer.concat([head, payload])]])));
  t.match(events.map((event) => text.encode(event)).join(""), /4 #0 +> request +S\/Do 1=a\n/);
});
