// --what-if as a person has it: lines, a section of the verdict, events with --json, and nothing at all where it is not asked for.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import t from "tap";
import { captureFile, of, play } from "../played-capture.js";
import { run } from "../sniffer-program.js";
import { illustratedTalk } from "../tls/illustrated-talk.js";

const CAPTURES = fileURLToPath(new URL("../../../../test/fixtures/captures/", import.meta.url));
const TLS12 = join(CAPTURES, "illustrated-tls12/capture.pcap");

t.test("with --json there is one event more, before its conversation's; all else stays as it is", async (t) => {
  const [plain, asked] = await Promise.all([run(["-r", TLS12, "--json"]), run(["-r", TLS12, "--json", "--what-if"])]);
  t.match(of(asked.events, "assessment"), [{ conversation: 0, frame: 7 }]);
  const lines = asked.stdout.split("\n");
  const at = lines.findIndex((line) => line.startsWith('{"event":"assessment"'));
  t.match(lines[at + 1], '"event":"conversation"');
  t.equal(lines.toSpliced(at, 1).join("\n"), plain.stdout);
});

t.test("as text there is a line for each statement and reader, and what they come to at the end", async (t) => {
  const { stdout, code } = await run(["-r", TLS12, "--what-if"]);
  t.equal(code, 0);
  t.match(stdout, /good +forward secrecy: The keys were made for this connection with x25519/);
  t.match(stdout, /later +whoever gets the server's private key can impersonate: /);
  t.match(stdout, /^later\n {2}1 TLS conversation: forward secret.*\n {2}it is not safe from a quantum computer$/m);
});

t.test("a secret that is a server's name is masked there too", async (t) => {
  const folder = t.testdir({ secrets: "example.ulfheim.net\n" });
  const { stdout } = await run(["-r", TLS12, "--what-if", "--secret-file", join(folder, "secrets")]);
  t.notMatch(stdout, "ulfheim");
});

t.test("TLS behind an HTTP CONNECT is judged once, what is no TLS not at all", async (t) => {
  const talk = illustratedTalk("13").flatMap((turn) => ("bytes" in turn ? [[turn.side, turn.bytes] as const] : []));
  const capture = captureFile([
    ...play([
      ["client", "CONNECT a.example:443 HTTP/1.1\r\nHost: a.example\r\n\r\n"],
      ["server", "HTTP/1.1 200 OK\r\n\r\n"],
      ...talk,
    ]),
    ...play([["client", "GET / HTTP/1.1\r\nHost: a\r\n\r\n"]], { clientPort: 40_002 }),
  ]);
  const { events } = await run(["-r", "-", "--json", "--what-if"], capture);
  t.match(of(events, "assessment"), [{ conversation: 0 }]);
});

t.test("with --count there are no handshakes to judge", async (t) => {
  t.match(await run(["-r", TLS12, "--what-if", "--count"]), { code: 2, stderr: /needs a run without it/ });
});
