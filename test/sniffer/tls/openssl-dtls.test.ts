// Decrypts what the openssl command says to itself over DTLS, up to 1.2: it speaks no newer one.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { DtlsObserver } from "../../../src/sniffer/tls/dtls-observer.js";
import { KeyLog } from "../../../src/sniffer/tls/key-log.js";
import { heard, makeSignedIdentity, NO_OPENSSL } from "./openssl-talk.js";
import { tapDatagrams } from "./tapped-datagrams.js";
import { type Datagram, openedText, watchDatagrams } from "./watched-datagrams.js";

const skip = NO_OPENSSL;
const folder = t.testdir({});
const IDENTITY = await makeSignedIdentity(folder);
const QUESTION = "a question that nobody else may read";
const ANSWER = "an answer for nobody else";

/** One line from each end. */
async function talk(words: readonly string[]): Promise<{ datagrams: Datagram[]; keys: KeyLog }> {
  const keyFile = join(folder, "keys.txt");
  writeFileSync(keyFile, "");
  const serverWords = ["-accept", "127.0.0.1:0", "-keylogfile", keyFile, ...IDENTITY, ...words];
  const server = spawn("openssl", ["s_server", ...serverWords], { stdio: "pipe" });
  const [, port] = /ACCEPT \S+:(\d+)/.exec(await heard(server, /ACCEPT \S+:\d+\s/)) ?? [];
  const relay = await tapDatagrams(Number(port));
  const clientWords = ["s_client", "-brief", "-connect", `127.0.0.1:${relay.port}`, ...words];
  const client = spawn("openssl", clientWords, { stdio: "pipe" });
  const closed = once(client, "close");
  await heard(client, "CONNECTION ESTABLISHED");
  const [asked, answered] = [heard(server, QUESTION), heard(client, ANSWER)];
  client.stdin.write(`${QUESTION}\n`);
  await asked;
  server.stdin.write(`${ANSWER}\n`);
  await answered;
  client.stdin.end();
  await closed;
  server.kill();
  await once(server, "close");
  await relay.close();
  const keys = new KeyLog();
  keys.push(readFileSync(keyFile, "latin1"));
  return { datagrams: relay.datagrams, keys };
}

const watch = (datagrams: readonly Datagram[], keys?: KeyLog) =>
  watchDatagrams((conversation) => new DtlsObserver(conversation, { keys }), datagrams);

const WISHES: readonly (readonly string[])[] = [
  ["-dtls1_2", "-cipher", "ECDHE+AESGCM"],
  ["-dtls1_2", "-cipher", "ECDHE+CHACHA20"],
  ["-dtls1_2", "-cipher", "ECDHE+AESCCM8", "-mtu", "400"],
  ["-dtls1_2", "-cipher", "ECDHE-ECDSA-AES256-SHA384:ECDHE-RSA-AES256-SHA384"],
  ["-dtls1", "-cipher", "ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA:@SECLEVEL=0"],
];

for (const words of WISHES) {
  t.test(`${words.join(" ")} is opened`, { skip }, async (t) => {
    const { datagrams, keys } = await talk(words);
    const watched = watch(datagrams, keys);
    t.equal(openedText(watched, "client"), `${QUESTION}\n`);
    t.equal(openedText(watched, "server"), `${ANSWER}\n`);
    t.match(JSON.stringify(watched.events), /close_notify/);
    t.notMatch(JSON.stringify(watched.events), /damaged|not decrypted/);
    t.same(watched.tally, watch(datagrams).tally, "bytes count as what they were on the wire");
  });
}

t.test("whatever was lost, came twice or late: the rest is opened", { skip }, async (t) => {
  const { datagrams, keys } = await talk(["-dtls1_2"]);
  const isChange = ({ bytes }: Datagram) => bytes[0] === 0x14;
  const isFirst = (bytes: Uint8Array) => bytes[0] === 0x17;
  const last = datagrams.filter(({ bytes }) => isFirst(bytes)).reverse();
  const others = datagrams.filter((datagram) => !isChange(datagram) && !isFirst(datagram.bytes));
  const watched = watch([...others, ...last, ...last], keys);
  t.equal(openedText(watched, "client"), `${QUESTION}\n`.repeat(2));
  t.equal(openedText(watched, "server"), `${ANSWER}\n`.repeat(2));
});

t.test("without its keys it stays shut, and the reason is told", { skip }, async (t) => {
  const { datagrams } = await talk(["-dtls1_2"]);
  const watched = watch(datagrams, new KeyLog());
  t.same(watched.decrypted, []);
  t.match(JSON.stringify(watched.events), /not decrypted: the key log has no secret of this connection/);
});
