import t from "tap";
import { Verdict } from "../../../src/sniffer/finding/verdict.js";
import { choosePaint } from "../../../src/sniffer/report/paint.js";
import { cellsOf } from "../../../src/sniffer/report/terminal-text.js";
import { encodeVerdictTable } from "../../../src/sniffer/report/verdict-table.js";
import { numbered, play, sniff } from "../played-capture.js";

const plain = choosePaint({}, false);

function tableOf(width: number, name = "bob"): string {
  const basic = Buffer.from(`${name}:hunter2`).toString("base64");
  const talk = play([
    ["client", `GET / HTTP/1.1\r\nAuthorization: Basic ${basic}\r\n\r\n`],
    ["server", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"],
  ]);
  const odd = play([["client", "\x01\x02\x03"]], { clientPort: 50_000 });
  const verdict = new Verdict();
  for (const event of sniff(numbered([...talk, ...odd]))) verdict.push(event);
  return encodeVerdictTable(verdict, width, plain);
}

const EXPECTED = `
A man in the middle could read the username and the password.
  3 bytes more belong to nothing that is known here; others may read them.

in the clear ──────────────────────────────────────────────────────────────────
  username: bob in http authorization                    #0 > packet 4, byte 37
  password: [redacted: 7 bytes] in http authorization    #0 > packet 4, byte 37

in all ────────────────────────────────────────────────────────────────────────
  17 packets, 780 bytes captured
  conversations: 1 http, 1 unknown
  headers                  680  87.2 % ████████████████████████████
  plaintext                 97  12.4 % ████
  not understood             3   0.4 % █
`;

t.test("what was read, where, and every byte's share, in 80 columns", async (t) => {
  t.equal(tableOf(80), EXPECTED);
});

t.test("no line is wider than the terminal, whatever came from the wire", async (t) => {
  for (const name of ["bob", "漢字かな".repeat(20), "x".repeat(300), "\u001b[2J\u0007evil"]) {
    for (const width of [40, 60, 64, 80, 100, 200]) {
      const table = tableOf(width, name);
      for (const line of table.split("\n")) t.ok(cellsOf(line) < width, `${width}: ${line}`);
      t.notMatch(table, /[^\P{Cc}\n]/u, "nothing moves the cursor");
    }
  }
});

t.test("nothing to say is said", async (t) => {
  const verdict = new Verdict();
  t.equal(encodeVerdictTable(verdict, 80, plain), "\n");
  for (const event of sniff([])) verdict.push(event);
  t.match(encodeVerdictTable(verdict, 80, plain), /Nothing was captured[\s\S]*0 packets/);
});
