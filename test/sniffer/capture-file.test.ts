import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { CaptureReader } from "../../src/sniffer/capture/capture-reader.js";
import { CaptureFile } from "../../src/sniffer/capture-file.js";
import type { RingOptions } from "../../src/sniffer/capture-ring.js";
import type { RawPacket } from "../../src/sniffer/packet/raw-packet.js";
import { blockTypes, PACKET_BLOCK, read, SECRETS_BLOCK } from "./capture/capture-bytes.js";
import { captureFile, numbered, play } from "./played-capture.js";
import { run } from "./sniffer-program.js";

const RING: RingOptions = {
  maxBytes: undefined,
  maxSeconds: undefined,
  maxPackets: undefined,
  maxFiles: undefined,
  endsWithLast: false,
  naming: "tcpdump",
};
const KEYS = [1, 2].map((n) => `CLIENT_RANDOM ${String(n).repeat(64)} ${"ab".repeat(48)}\n`);

/** One a second. */
const packets = (count: number, bytes = 10): RawPacket[] =>
  numbered(Array.from({ length: count }, () => Buffer.alloc(bytes)));

function write(path: string, ring: Partial<RingOptions> | undefined, given: readonly RawPacket[]): void {
  const file = new CaptureFile(path, {}, ring && { ...RING, ...ring });
  for (const packet of given) {
    if (file.isOver(packet)) break;
    file.push(packet);
  }
  file.close();
}

const readBack = (path: string) => read(CaptureReader, [readFileSync(path)]);
const countsIn = (folder: string) =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, readBack(join(folder, name)).results.length]));

t.test("a ring keeps its last files, named as tcpdump names them", async (t) => {
  const folder = t.testdir({ all: {}, last: {}, ended: {} });
  write(join(folder, "all/x"), { maxBytes: 1000 }, packets(5, 800));
  t.same(countsIn(join(folder, "all")), { x: 2, x1: 2, x2: 1 });
  write(join(folder, "last/x"), { maxBytes: 1000, maxFiles: 11 }, packets(25, 800));
  const last = Array.from({ length: 11 }, (_, turn) => [`x${String(turn).padStart(2, "0")}`, turn === 1 ? 1 : 2]);
  t.same(countsIn(join(folder, "last")), Object.fromEntries(last));
  write(join(folder, "ended/x-%Y"), { maxSeconds: 2, maxFiles: 2, endsWithLast: true }, packets(9));
  t.same(countsIn(join(folder, "ended")), { "x-2023": 2, "x-20231": 2 });
});

t.test("a file that is written again under its old name is a new one of the ring", async (t) => {
  const folder = t.testdir({});
  write(join(folder, "x%S"), { maxBytes: 1000, maxSeconds: 1, maxFiles: 70 }, packets(80));
  const seconds = Array.from({ length: 60 }, (_, second) => [`x${String(second).padStart(2, "0")}`, 1]);
  t.same(countsIn(folder), Object.fromEntries(seconds));
});

t.test("dumpcap's names have a number and a time", async (t) => {
  const folder = t.testdir({});
  write(join(folder, "x.pcapng"), { maxPackets: 3, maxFiles: 2, naming: "dumpcap" }, packets(10));
  const names = readdirSync(folder);
  t.match(names, [/^x_00003_202311\d{8}\.pcapng$/, /^x_00004_202311\d{8}\.pcapng$/]);
  t.same(Object.values(countsIn(folder)), [3, 1]);
});

t.test("only files that this run made are deleted", async (t) => {
  const folder = t.testdir({ "x.old": "", x5: "mine" });
  const file = new CaptureFile(join(folder, "x"), {}, { ...RING, maxPackets: 1, maxFiles: 1 });
  const [first, second] = packets(2);
  if (first === undefined || second === undefined) throw new Error("no packets");
  file.push(first);
  file.flush();
  execFileSync("mv", [join(folder, "x"), join(folder, "moved")]);
  writeFileSync(join(folder, "x"), "somebody else's");
  file.push(second);
  file.close();
  t.equal(readFileSync(join(folder, "x"), "latin1"), "somebody else's");
  t.same(readdirSync(folder), ["moved", "x", "x.old", "x1", "x5"]);
});

t.test("every file of a ring has its interfaces and the keys known so far, once", async (t) => {
  const folder = t.testdir({});
  const file = new CaptureFile(join(folder, "x"), { interfaceName: "eth7" }, { ...RING, maxPackets: 2 });
  file.secrets(KEYS[0] ?? "");
  for (const [index, packet] of packets(5).entries()) {
    if (index === 3) file.secrets(`${KEYS[0]}${KEYS[1]?.slice(0, 90)}`);
    if (index === 4) file.secrets(KEYS[1]?.slice(90) ?? "");
    file.push(packet);
  }
  file.close();
  const secrets = ["x", "x1", "x2"].map((name) => {
    const { reader, error } = readBack(join(folder, name));
    t.equal(error, undefined);
    t.match(readFileSync(join(folder, name), "latin1"), /eth7/);
    return reader.secrets.map((one) => Buffer.from(one).toString("latin1")).sort();
  });
  t.same(secrets, [[KEYS[0]], KEYS, [KEYS.join("")]]);
});

t.test("keys that come late stand before the packets that still wait, and what is no key is not copied", async (t) => {
  const path = join(t.testdir({}), "x");
  const file = new CaptureFile(path);
  for (const packet of packets(3)) file.push(packet);
  file.secrets(`# by hand\nroot:$6$secret:19000::::::\n${KEYS[0]}`);
  file.close();
  const bytes = readFileSync(path);
  t.ok(bytes.indexOf("CLIENT_RANDOM") > 0 && bytes.indexOf("CLIENT_RANDOM") < 200);
  t.notOk(bytes.includes("secret:19000"));
  t.equal(readBack(path).results.length, 3);
});

t.test("a link is not followed, a folder that is not there is said at once", async (t) => {
  const folder = t.testdir({ target: "kept" });
  symlinkSync(join(folder, "target"), join(folder, "x"));
  t.throws(() => write(join(folder, "x"), { maxPackets: 1 }, packets(1)), { message: /symbolic link/ });
  t.equal(readFileSync(join(folder, "target"), "latin1"), "kept");
  t.throws(() => new CaptureFile(join(folder, "nope/x"), {}, RING), { message: /cannot write in .*nope/ });
  mkdirSync(join(folder, "empty"));
  write(join(folder, "empty/x"), { maxPackets: 1 }, []);
  t.same(countsIn(join(folder, "empty")), { x: 0 });
});

t.test("packets that give something away say so in a comment, without what it was; other tools read it", async (t) => {
  const basic = "Basic Ym9iOmh1bnRlcjI=";
  const capture = captureFile(
    play([["client", `GET /secret HTTP/1.1\r\nAuthorization: ${basic}\r\n\r\n`]], { serverPort: 80 }),
  );
  const path = join(t.testdir({}), "x.pcapng");
  const { stdout } = await run(["-r", "-", "--json", "-w", path], capture);
  const bytes = readFileSync(path);
  t.match(bytes.toString("latin1"), /readable: request GET; readable: username in [^;]*; readable: password in /);
  t.notMatch(bytes.toString("latin1").replace(basic, ""), /hunter2|bob|Ym9i/);
  t.equal((await run(["-r", path, "--json"])).stdout, stdout);
});

t.test("packets wait one turn for keys that open them, where those may still come", async (t) => {
  const folder = t.testdir({});
  const path = join(folder, "x");
  const file = new CaptureFile(path, {}, undefined, true);
  const [first, second, third] = packets(3);
  if (first === undefined || second === undefined || third === undefined) throw new Error("three packets");
  file.push(first);
  file.flushOlder();
  t.equal(readBack(path).results.length, 0, "it has not waited yet");
  file.push(second);
  file.secrets(KEYS[0] ?? "");
  file.flushOlder();
  t.equal(readBack(path).results.length, 1);
  const blocks = blockTypes(readFileSync(path));
  t.ok(blocks.indexOf(SECRETS_BLOCK) < blocks.indexOf(PACKET_BLOCK), "the keys stand before what was there first");
  file.push(third);
  file.close();
  t.equal(readBack(path).results.length, 3);
});
