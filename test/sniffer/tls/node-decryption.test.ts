// Decrypts real connections of Node's own TLS, in every suite that this runtime offers, with the keys that Node logs.
import { constants, getCiphers } from "node:crypto";
import { once } from "node:events";
import { connect, createSecureContext, createServer, type SecureVersion, type TLSSocket } from "node:tls";
import t from "tap";
import { KeyLog } from "../../../src/sniffer/tls/key-log.js";
import { makeAuthority, makeCertificate } from "../../fixtures/certificates.js";
import { listen, tap } from "./tapped-connection.js";
import { findingLines, ofKind, plaintext, type Turn, watch } from "./watched-talk.js";

const authority = await makeAuthority();
const identity = await makeCertificate(authority);

interface Wish {
  readonly version: SecureVersion;
  readonly ciphers: string;
  readonly secureOptions?: number;
}

const NO_ETM = constants.SSL_OP_NO_ENCRYPT_THEN_MAC;
const { SSL_OP_NO_TICKET } = constants;

/** Says "question" to a server that answers "answer", over the suite wished for. */
async function talk(
  { version, ciphers, secureOptions = 0 }: Wish,
  more?: (socket: TLSSocket) => Promise<void>,
): Promise<{ turns: Turn[]; keys: string }> {
  const settings = {
    minVersion: version,
    maxVersion: version,
    // OpenSSL 3.5 offers short tags and old hashes at level 0 alone; a level can only be set beside a suite of 1.2.
    ciphers: `${ciphers}:${version === "TLSv1.3" ? "ECDHE-ECDSA-AES128-GCM-SHA256:" : ""}@SECLEVEL=0`,
    secureOptions: secureOptions | SSL_OP_NO_TICKET,
  };
  const server = createServer({ ...identity, ...settings });
  server.on("secureConnection", (socket) => socket.on("data", (bytes) => socket.write(`answer to ${bytes}`)));
  const relay = await tap(await listen(server));
  const socket = connect({
    ...settings,
    port: relay.port,
    host: "127.0.0.1",
    servername: "localhost",
    ca: authority.cert,
  });
  const lines: Buffer[] = [];
  socket.on("keylog", (line: Buffer) => lines.push(line));
  await once(socket, "secureConnect");
  socket.write("question");
  await once(socket, "data");
  await more?.(socket);
  socket.end();
  await once(socket, "close");
  await relay.close();
  server.close();
  return { turns: relay.talks[0] ?? [], keys: Buffer.concat(lines).toString() };
}

function keyLog(text: string): KeyLog {
  const keys = new KeyLog();
  keys.push(text);
  return keys;
}

const TLS_12 = [
  "ECDHE-ECDSA-AES128-GCM-SHA256",
  "ECDHE-ECDSA-AES256-GCM-SHA384",
  "ECDHE-ECDSA-CHACHA20-POLY1305",
  "ECDHE-ECDSA-AES128-CCM",
  "ECDHE-ECDSA-AES256-CCM8",
  "ECDHE-ECDSA-AES128-SHA256",
  "ECDHE-ECDSA-AES256-SHA384",
  "ECDHE-ECDSA-AES256-SHA",
  "ECDHE-ECDSA-ARIA256-GCM-SHA384",
  "ECDHE-ECDSA-CAMELLIA128-SHA256",
];
const TLS_13 = [
  "TLS_AES_128_GCM_SHA256",
  "TLS_AES_256_GCM_SHA384",
  "TLS_CHACHA20_POLY1305_SHA256",
  "TLS_AES_128_CCM_SHA256",
  "TLS_AES_128_CCM_8_SHA256",
];
/** Some builds of OpenSSL leave out the rarer suites; node:tls lists fewer than it takes. */
function isOffered({ ciphers }: Wish): boolean {
  try {
    createSecureContext({ ciphers });
    return true;
  } catch {
    return false;
  }
}

const WISHES: Wish[] = [
  ...TLS_13.map((ciphers): Wish => ({ version: "TLSv1.3", ciphers })),
  ...TLS_12.map((ciphers): Wish => ({ version: "TLSv1.2", ciphers })),
  { version: "TLSv1.2", ciphers: "ECDHE-ECDSA-AES128-SHA", secureOptions: NO_ETM },
  { version: "TLSv1.2", ciphers: "ECDHE-ECDSA-AES128-SHA256", secureOptions: NO_ETM },
  { version: "TLSv1.1", ciphers: "ECDHE-ECDSA-AES128-SHA" },
  { version: "TLSv1.1", ciphers: "ECDHE-ECDSA-AES128-SHA", secureOptions: NO_ETM },
  { version: "TLSv1", ciphers: "ECDHE-ECDSA-AES256-SHA" },
  { version: "TLSv1", ciphers: "ECDHE-ECDSA-AES256-SHA", secureOptions: NO_ETM },
];

for (const wish of WISHES.filter(isOffered)) {
  const etm = wish.secureOptions === NO_ETM ? " without encrypt-then-MAC" : "";
  t.test(`${wish.version} ${wish.ciphers}${etm}: the words come out, and only with the keys`, async (t) => {
    const { turns, keys } = await talk(wish);
    const watched = watch(turns, { keys: keyLog(keys) });
    t.equal(plaintext(watched, "client"), "question");
    t.equal(plaintext(watched, "server"), "answer to question");
    t.same(
      findingLines(watched).filter((line) => /damaged|not decrypted/.test(line)),
      [],
    );
    t.ok(ofKind(watched, "alert").every(({ name }) => name === "close_notify"));
    t.notOk(JSON.stringify(watched.events).includes("question"), "decrypted words are given out, not told");
    t.same(watch(turns).decrypted, []);
  });
}

t.test("a suite that encrypts nothing is read without keys, and checked with them", async (t) => {
  const { turns, keys } = await talk({ version: "TLSv1.2", ciphers: "ECDHE-ECDSA-NULL-SHA" });
  t.same(watch(turns).decrypted, [], "nothing is kept that nobody takes");
  for (const options of [{ givesDecrypted: true }, { keys: keyLog(keys) }]) {
    const watched = watch(turns, options);
    t.equal(plaintext(watched, "client"), "question");
    t.match(findingLines(watched).join("\n"), /readable client: application data is not encrypted/);
  }
});

t.test("after renegotiation the new keys are used, and the second hello is read", async (t) => {
  const { turns, keys } = await talk(
    { version: "TLSv1.2", ciphers: "ECDHE-ECDSA-AES128-GCM-SHA256" },
    async (socket) => {
      await new Promise<void>((resolve, reject) => {
        socket.renegotiate({}, (error) => (error === null ? resolve() : reject(error)));
      });
      socket.write("once more");
      await once(socket, "data");
    },
  );
  const watched = watch(turns, { keys: keyLog(keys) });
  t.equal(plaintext(watched, "client"), "questiononce more");
  t.equal(plaintext(watched, "server"), "answer to questionanswer to once more");
  t.equal(ofKind(watched, "client_hello").length, 2);
});

t.test(
  "a suite that this runtime lacks is named, never garbled",
  { skip: getCiphers().includes("camellia-128-gcm") },
  async (t) => {
    const { turns, keys } = await talk({ version: "TLSv1.2", ciphers: "ECDHE-ECDSA-AES128-GCM-SHA256" });
    // The server's choice is rewritten to TLS_ECDHE_ECDSA_WITH_CAMELLIA_128_GCM_SHA256.
    const rewritten = turns.map((turn) => {
      if (!("bytes" in turn) || turn.side !== "server") return turn;
      return {
        side: turn.side,
        bytes: Buffer.from(Buffer.from(turn.bytes).toString("hex").replace("c02b", "c086"), "hex"),
      };
    });
    const watched = watch(rewritten, { keys: keyLog(keys) });
    t.same(watched.decrypted, []);
    t.match(findingLines(watched).join("\n"), /TLS_ECDHE_ECDSA_WITH_CAMELLIA_128_GCM_SHA256 cannot be decrypted here/);
  },
);
