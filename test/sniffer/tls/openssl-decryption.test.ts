// Decrypts what the openssl command says to itself: key updates, early data, padding, renegotiation, client certificates and
// old versions, none of which Node's TLS can be asked for. EARSHOT_SUITES=all goes through every suite that openssl has.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import t, { type Test } from "tap";
import { KeyLog } from "../../../src/sniffer/tls/key-log.js";
import { heard, makeSignedIdentity, NO_OPENSSL } from "./openssl-talk.js";
import { tap } from "./tapped-connection.js";
import { findingLines, ofKind, plaintext, type Turn, type Watched, watch } from "./watched-talk.js";

const skip = NO_OPENSSL;
const folder = t.testdir({});
const IDENTITY = await makeSignedIdentity(folder);

interface Wish {
  readonly both?: readonly string[];
  readonly server?: readonly string[];
  readonly client?: readonly string[];
  /** What is typed at s_client: words that come back reversed, or a command letter and what openssl says to it. */
  readonly typed?: readonly (string | { readonly command: string; readonly heard: string })[];
  /** Arguments of a second connection. */
  readonly again?: readonly string[];
  /** The server says nothing: openssl takes early data only so. */
  readonly mute?: boolean;
  /** A file that s_client writes before it may go. */
  readonly awaited?: string;
}

const reversed = (words: string) => [...words].reverse().join("");

/** Says the words over a connection of s_client to s_server, which says each line backwards. */
async function talk({
  both = [],
  server = [],
  client = [],
  typed = ["question"],
  again,
  mute = false,
  awaited,
}: Wish): Promise<{
  talks: Turn[][];
  keys: KeyLog;
}> {
  const keyFile = join(folder, "keys.txt");
  writeFileSync(keyFile, "");
  const serverWords = ["-accept", "127.0.0.1:0", "-keylogfile", keyFile, ...IDENTITY, ...both, ...server];
  if (!mute) serverWords.push("-rev");
  const program = spawn("openssl", ["s_server", ...serverWords], { stdio: "pipe" });
  const [, port] = /ACCEPT \S+:(\d+)/.exec(await heard(program, /ACCEPT \S+:\d+\s/)) ?? [];
  const relay = await tap(Number(port));
  await converse(["-connect", `127.0.0.1:${relay.port}`, ...both, ...client], typed, mute, awaited);
  if (again !== undefined)
    await converse(["-connect", `127.0.0.1:${relay.port}`, ...both, ...again], typed, mute, awaited);
  await relay.close();
  program.kill();
  await once(program, "close");
  const keys = new KeyLog();
  keys.push(readFileSync(keyFile, "latin1"));
  return { talks: relay.talks, keys };
}

async function converse(
  words: readonly string[],
  typed: NonNullable<Wish["typed"]>,
  mute: boolean,
  awaited?: string,
): Promise<void> {
  const program = spawn("openssl", ["s_client", "-brief", ...words], { stdio: "pipe" });
  const closed = once(program, "close");
  await heard(program, "CONNECTION ESTABLISHED");
  for (const line of typed) {
    const [said, answer] = typeof line === "string" ? [line, reversed(line)] : [line.command, line.heard];
    const answered = mute ? undefined : heard(program, answer);
    program.stdin.write(`${said}\n`);
    await answered;
  }
  while (awaited !== undefined && !existsSync(awaited)) await setTimeout(20);
  program.stdin.end();
  await closed;
}

function checkWords(t: Test, watched: Watched, words: readonly string[]): void {
  t.equal(plaintext(watched, "client"), words.map((line) => `${line}\n`).join(""));
  t.equal(plaintext(watched, "server"), words.map((line) => `${reversed(line)}\n`).join(""));
  t.same(
    findingLines(watched).filter((line) => /damaged|not decrypted/.test(line)),
    [],
  );
}

const K = { command: "K", heard: "KEYUPDATE" };
const k = { command: "k", heard: "KEYUPDATE" };
const R = { command: "R", heard: "RENEGOTIATING" };
const LONG = "many words ".repeat(80).trim();

const WISHES: readonly (readonly [what: string, wish: Wish])[] = [
  ["key updates from both sides", { both: ["-tls1_3"], typed: ["one", K, "two", k, "three"] }],
  [
    "padded records",
    { both: ["-tls1_3", "-record_padding", "512"], typed: ["short", LONG], server: ["-max_send_frag", "512"] },
  ],
  ["a client certificate in TLS 1.3", { both: ["-tls1_3"], server: ["-Verify", "1"], client: IDENTITY }],
  ["a hello retry", { both: ["-tls1_3"], server: ["-groups", "P-384"], client: ["-groups", "X25519:P-384"] }],
  [
    "renegotiation with AES-CBC",
    {
      both: ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA256"],
      server: ["-client_renegotiation"],
      typed: ["one", R, "two"],
    },
  ],
  [
    "renegotiation with chained vectors",
    {
      both: ["-tls1", "-cipher", "ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0"],
      server: ["-client_renegotiation"],
      typed: ["one", R, LONG],
    },
  ],
  ["a suite with short tags", { both: ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-CCM8:@SECLEVEL=0"] }],
];

for (const [what, wish] of WISHES) {
  t.test(`${what}: the words come out`, { skip }, async (t) => {
    const { talks, keys } = await talk(wish);
    const words = (wish.typed ?? ["question"]).filter((line) => typeof line === "string");
    checkWords(t, watch(talks[0] ?? [], { keys }), words);
  });
}

t.test("early data comes out, and the resumption is told", { skip }, async (t) => {
  const session = join(folder, "session.pem");
  const early = join(folder, "early.txt");
  writeFileSync(early, "early words\n");
  const { talks, keys } = await talk({
    both: ["-tls1_3"],
    server: ["-early_data"],
    client: ["-sess_out", session],
    again: ["-sess_in", session, "-early_data", early],
    mute: true,
    awaited: session,
  });
  const watched = watch(talks[1] ?? [], { keys });
  t.equal(plaintext(watched, "client"), "early words\nquestion\n");
  t.match(ofKind(watched, "client_hello"), [{ psk: true, early_data: true }]);
  t.match(ofKind(watched, "server_hello"), [{ resumed: true }]);
});

t.test("a ticket of TLS 1.2 resumes, with keys and without", { skip }, async (t) => {
  const session = join(folder, "session12.pem");
  const { talks, keys } = await talk({
    both: ["-tls1_2"],
    client: ["-sess_out", session],
    again: ["-sess_in", session],
  });
  const watched = watch(talks[1] ?? [], { keys });
  checkWords(t, watched, ["question"]);
  t.match(ofKind(watched, "server_hello"), [{ resumed: true }]);
  t.equal(ofKind(watched, "certificate").length, 0);
});

/** Every suite of TLS 1.2 and before that works with a certificate for ECDSA or with none. */
function everySuite(): string[] {
  const words = ["ciphers", "-s", "-tls1_2", "-v", "ALL:eNULL:@SECLEVEL=0"];
  const lines = execFileSync("openssl", words, { encoding: "utf8" }).trim().split("\n");
  return lines.filter((line) => /Au=(ECDSA|None)/.test(line)).map((line) => line.split(" ")[0] ?? "");
}

const ALL = NO_OPENSSL === false && process.env["EARSHOT_SUITES"] === "all" ? everySuite() : [];
if (ALL.length > 0) t.setTimeout(600_000);
for (const suite of ALL) {
  for (const etm of [[], ["-no_etm"]]) {
    t.test(`${suite} ${etm.join("")}`, async (t) => {
      const { talks, keys } = await talk({ both: ["-tls1_2", "-cipher", `${suite}:@SECLEVEL=0`], server: etm });
      checkWords(t, watch(talks[0] ?? [], { keys }), ["question"]);
    });
  }
}
