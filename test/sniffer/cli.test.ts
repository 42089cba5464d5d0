import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import t from "tap";
import { captureFile, of, play } from "./played-capture.js";
import { run, start } from "./sniffer-program.js";

const CAPTURES = fileURLToPath(new URL("../../../test/fixtures/captures/", import.meta.url));
const TLS12 = join(CAPTURES, "illustrated-tls12/capture.pcap");
const SECRET = "open sesame 42";
const GET = `GET /?q=${encodeURIComponent(SECRET)} HTTP/1.1\r\nX: ${SECRET}\r\n\r\n`;
const CAPTURE = captureFile(
  play([
    ["client", GET],
    ["server", "HTTP/1.1 204 No\r\n\r\n"],
  ]),
);

t.test("a file gives its events as JSON lines, the summary last", async (t) => {
  const { code, events, stderr } = await run(["-r", TLS12, "--json"]);
  t.equal(code, 0);
  t.equal(stderr, "");
  t.match(of(events, "client_hello"), [{ sni: "example.ulfheim.net", frame: 5 }]);
  t.match(events.at(-1), { event: "summary", packets: 22, bytes: 3405, damaged: false });
});

t.test("a pipe, gzip, and gzip in a pipe give the same", async (t) => {
  const bytes = readFileSync(TLS12);
  const { stdout } = await run(["-r", TLS12, "--json"]);
  const folder = t.testdir({ "a.gz": gzipSync(bytes) });
  t.equal((await run(["-r", "-", "--json"], bytes)).stdout, stdout);
  t.equal((await run(["-r", "-", "--json"], gzipSync(bytes))).stdout, stdout);
  t.equal((await run(["-r", join(folder, "a.gz"), "--json"])).stdout, stdout);
});

t.test("damage is reported with all that came before it, exit 4", async (t) => {
  const bytes = readFileSync(TLS12);
  const folder = t.testdir({
    cut: bytes.subarray(0, 1500),
    "cut.gz": gzipSync(bytes).subarray(0, 900),
    empty: "",
    text: "hello",
  });
  for (const name of ["cut", "cut.gz"]) {
    const { code, events, stderr } = await run(["-r", join(folder, name), "--json"]);
    t.equal(code, 4, name);
    t.equal(stderr, "");
    t.match(
      of(events, "finding").find(({ visibility }) => visibility === "damaged"),
      { what: /the capture is damaged/ },
    );
    t.match(events.at(-1), { damaged: true });
    t.ok(of(events, "client_hello").length === 1, name);
  }
  for (const name of ["empty", "text"]) t.equal((await run(["-r", join(folder, name), "--json"])).code, 4, name);
});

t.test("what cannot be read is exit 1 with words, what cannot be meant exit 2", async (t) => {
  const folder = t.testdir({ x: "" });
  const missing = await run(["-r", join(folder, "nope")]);
  t.match(missing, { code: 1, stdout: "", stderr: /^sniffer: cannot read .*nope: there is no such file/ });
  t.match(await run(["-r", folder]), { code: 1, stderr: /it is a folder/ });
  t.match(await run(["--relay", "nonsense"]), { code: 2, stderr: /LISTEN=HOST:PORT/ });
  t.match(await run(["--nonsense"]), { code: 2, stderr: /--help/ });
  t.match(await run(["-r", TLS12, "--proto", folder]), { code: 1, stderr: /no \.proto files/ });
  t.match(await run(["-r", TLS12, "--keylog", join(folder, "nope")]), { code: 1, stderr: /cannot read/ });
  const long = join(folder, "x".repeat(300));
  for (const args of [
    ["-r", long],
    ["-r", long, "--json"],
    ["-r", TLS12, "-w", long],
    ["-r", TLS12, "--report", long],
  ])
    t.match(await run(args), { code: 1, stderr: /^sniffer: cannot (read|write) [^\n]*: its name is too long\n$/ });
  const keyless = await run(["-r", TLS12, "--keylog", TLS12]);
  t.equal(keyless.code, 0, "it could still be read without them");
  t.match(keyless.stderr, /^there are no TLS secrets in [^\n]*capture\.pcap: [^\n]*SSLKEYLOGFILE[^\n]*\n$/);
});

t.test("help and version go to standard output", async (t) => {
  t.match(await run(["--help"]), { code: 0, stdout: /usage: sniffer/, stderr: "" });
  t.match(await run(["--version"]), { code: 0, stdout: /^earshot \d+\.\d+\.\d+\n$/ });
});

t.test("a secret that is seen is exit 3, and printed nowhere", async (t) => {
  const folder = t.testdir({ secrets: `other secret\n${SECRET}\n`, none: "\n", innocent: "not in there\n" });
  for (const how of [["--json"], []]) {
    const { code, stdout, stderr } = await run(["-r", "-", "--secret-file", join(folder, "secrets"), ...how], CAPTURE);
    t.equal(code, 3);
    t.match(stdout, "secret 2");
    t.notMatch(stdout + stderr, SECRET);
    t.notMatch(stdout + stderr, encodeURIComponent(SECRET));
  }
  t.equal((await run(["-r", "-", "--secret-file", join(folder, "innocent")], CAPTURE)).code, 0);
  t.match(await run(["-r", "-", "--secret-file", join(folder, "none")], CAPTURE), { code: 1, stderr: /no secrets in/ });
  const large = join(folder, "large");
  writeFileSync(large, "secret\n".repeat(200_000));
  for (const path of [large, "/dev/zero"])
    t.match(await run(["-r", "-", "--secret-file", path], CAPTURE), { code: 1, stderr: /up to 1 MiB/ });
});

t.test("keys open what they fit, and what they open is searched and extracted", async (t) => {
  const folder = t.testdir({ secrets: "pong\n" });
  const out = join(folder, "out");
  const keys = join(CAPTURES, "illustrated-tls12/keylog.txt");
  const opened = await run([
    "-r",
    TLS12,
    "--json",
    "--keylog",
    keys,
    "--secret-file",
    join(folder, "secrets"),
    "--extract",
    out,
    "-w",
    join(folder, "w.pcapng"),
  ]);
  t.equal(opened.code, 3);
  t.match(
    of(opened.events, "finding").find(({ what }) => what === "secret"),
    { decrypted: true, side: "server" },
  );
  t.equal(readFileSync(join(out, "0.client"), "latin1"), "ping");
  t.equal(readFileSync(join(out, "0.server"), "latin1"), "pong");
  const again = await run(["-r", join(folder, "w.pcapng"), "--json", "--secret-file", join(folder, "secrets")]);
  t.equal(again.code, 3, "the keys were written beside the packets");
});

t.test("--extract writes each side's bytes, to files that are new and the owner's alone", async (t) => {
  const folder = t.testdir({});
  const out = join(folder, "deep/out");
  t.equal((await run(["-r", "-", "--extract", out], CAPTURE)).code, 0);
  t.same(readdirSync(out).sort(), ["0.client", "0.server"]);
  t.equal(readFileSync(join(out, "0.client"), "latin1"), GET);
  t.equal(statSync(join(out, "0.client")).mode & 0o777, 0o600);
  t.match(await run(["-r", "-", "--extract", out], CAPTURE), { code: 1, stderr: /it exists already/ });
  mkdirSync(join(folder, "trap"));
  writeFileSync(join(folder, "victim"), "precious");
  symlinkSync(join(folder, "victim"), join(folder, "trap/0.client"));
  t.equal((await run(["-r", "-", "--extract", join(folder, "trap")], CAPTURE)).code, 1);
  t.equal(readFileSync(join(folder, "victim"), "utf8"), "precious", "a link is not followed");
});

t.test("-w writes what was read, -c and -s bound it, -w - writes to standard output", async (t) => {
  const folder = t.testdir({});
  const copy = join(folder, "copy.pcapng");
  const { stdout } = await run(["-r", TLS12, "--json", "-w", copy]);
  t.equal((await run(["-r", copy, "--json"])).stdout, stdout);
  t.match((await run(["-r", TLS12, "--json", "-c", "7"])).events.at(-1), { packets: 7 });
  t.match((await run(["-r", TLS12, "--json", "-s", "60"])).events.at(-1), { packets: 22, bytes: 22 * 60 });
  const piped = start(["-r", TLS12, "-w", "-"]);
  piped.child.stdin.end();
  const bytes: Buffer[] = [];
  piped.child.stdout.on("data", (chunk: Buffer) => bytes.push(chunk));
  t.match((await piped.ended).stderr, /could read no content/);
  t.equal((await run(["-r", "-", "--json"], Buffer.concat(bytes))).stdout, stdout);
});

t.test("the file that is read is not written over", async (t) => {
  const path = join(t.testdir({ "a.pcapng": CAPTURE }), "a.pcapng");
  t.match(await run(["-r", path, "-w", path]), { code: 1, stderr: /is the file that is read/ });
  t.ok(readFileSync(path).equals(CAPTURE));
});

t.test("a signal ends a pipe that has no end, with the summary", async (t) => {
  const { child, ended } = start(["-r", "-", "--json", "--packets"]);
  child.stdin.write(CAPTURE.subarray(0, CAPTURE.length - 10));
  await once(child.stdout, "data");
  child.kill("SIGINT");
  const { code, events } = await ended;
  t.match(events.at(-1), { event: "summary", damaged: false });
  t.equal(code, 0);
});

t.test("a named pipe that nobody opens can be given up at the first signal", async (t) => {
  const folder = t.testdir({});
  execFileSync("mkfifo", [join(folder, "pipe")]);
  const { child, ended } = start(["-r", join(folder, "pipe"), "-w", join(folder, "w")]);
  // Written to before reading begins.
  while (!existsSync(join(folder, "w"))) await setTimeout(10);
  await setTimeout(200);
  child.kill("SIGINT");
  await ended;
  t.equal(child.signalCode, "SIGINT");
});

t.test("a reader that goes away ends it quietly", async (t) => {
  const many = play(Array.from({ length: 20_000 }, () => ["client", "x"] as const));
  const path = join(t.testdir({ "many.pcapng": captureFile(many) }), "many.pcapng");
  const { child, ended } = start(["-r", path, "--json", "--packets"]);
  child.stdout.once("data", () => child.stdout.destroy());
  t.match(await ended, { code: 0, stderr: "" });
});

t.test("schemas of a folder are used, and a broken one is named", async (t) => {
  const folder = t.testdir({
    good: {
      "shop.proto": 'syntax = "proto3"; message Order { string item = 1; string card = 2 [debug_redact = true]; }',
    },
    bad: { "b.proto": "message {" },
  });
  const order = Buffer.from("0b0a03746561120434313131", "hex");
  const capture = captureFile(play([["client", order]], { serverPort: 7777 }));
  const { events, stdout } = await run(["-r", "-", "--json", "--proto", join(folder, "good")], capture);
  t.match(of(events, "message")[0], {
    kind: "data",
    fields: { "@type": "Order", item: "tea", card: "[redacted: 4 bytes]" },
  });
  t.notMatch(stdout, "4111");
  t.match(await run(["-r", "-", "--proto", join(folder, "bad")], capture), { code: 1, stderr: /b\.proto: / });
});

t.test("reading files loads neither cap nor protobufjs nor the live parts", async (t) => {
  const trace = fileURLToPath(new URL("./loaded-modules.js", import.meta.url));
  const { stderr } = await run(["-r", TLS12, "--json"], undefined, { NODE_OPTIONS: `--import=${trace}` });
  t.match(stderr, "loaded:");
  // By name, since the test runner loads packages of its own into every child.
  t.notMatch(stderr, /node_modules\/(cap|protobufjs|commander|selfsigned|mysql2|libsql)\/|\/(live|relay|tcpdump)-/);
});
