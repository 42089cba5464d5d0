// Decrypts real connections of Node's own TLS from what older key logs hold: the pre-master secret, which here the server's key
// gives away, and the session id.
import { constants, privateDecrypt } from "node:crypto";
import { once } from "node:events";
import { connect, createServer, type SecureVersion } from "node:tls";
import { generate } from "selfsigned";
import t from "tap";
import { KeyLog } from "../../../src/sniffer/tls/key-log.js";
import { decodeServerHello } from "../../../src/sniffer/tls/server-hello.js";
import { byteByByte } from "../../helpers/stage-feeding.js";
import { listen, tap } from "./tapped-connection.js";
import { findingLines, plaintext, type Turn, watch } from "./watched-talk.js";

const { cert, private: key } = await generate([{ name: "commonName", value: "localhost" }], { keySize: 2048 });
/** OpenSSL's SSL_OP_NO_EXTENDED_MASTER_SECRET, which node:crypto does not name. */
const NO_EXTENDED_MASTER_SECRET = 1;

interface Wish {
  readonly version: SecureVersion;
  readonly suite: string;
  readonly secureOptions: number;
}

interface Talk {
  readonly turns: readonly Turn[];
  /** As OpenSSL itself writes it. */
  readonly rsaLine: string;
  readonly clientRandom: string;
  readonly masterSecret: string;
}

async function talk({ version, suite, secureOptions }: Wish): Promise<Talk> {
  const settings = {
    minVersion: version,
    maxVersion: version,
    ciphers: `${suite}:@SECLEVEL=0`,
    secureOptions: secureOptions | constants.SSL_OP_NO_TICKET,
  };
  const server = createServer({ cert, key, ...settings });
  server.on("secureConnection", (socket) => socket.on("data", (bytes) => socket.write(`answer to ${bytes}`)));
  const relay = await tap(await listen(server));
  const socket = connect({ ...settings, port: relay.port, host: "127.0.0.1", rejectUnauthorized: false });
  const lines: Buffer[] = [];
  socket.on("keylog", (line: Buffer) => lines.push(line));
  await once(socket, "secureConnect");
  socket.write("question");
  await once(socket, "data");
  socket.end();
  await once(socket, "close");
  await relay.close();
  server.close();
  const logged = Buffer.concat(lines).toString();
  const [, clientRandom = "", masterSecret = ""] = /^CLIENT_RANDOM (\w+) (\w+)$/m.exec(logged) ?? [];
  const [rsaLine = ""] = /^RSA .*$/m.exec(logged) ?? [];
  return { turns: relay.talks[0] ?? [], rsaLine, clientRandom, masterSecret };
}

/** Body of the first clear handshake message of this type that has a record to itself, or begins one. */
function handshakeBody(turns: readonly Turn[], side: Turn["side"], type: number): Buffer {
  const bytes = Buffer.concat(
    turns.map((turn) => (turn.side === side && "bytes" in turn ? turn.bytes : Buffer.alloc(0))),
  );
  for (let at = 0; at + 9 <= bytes.length; at += 5 + bytes.readUInt16BE(at + 3)) {
    if (bytes[at] === 22 && bytes[at + 5] === type) return bytes.subarray(at + 9, at + 9 + bytes.readUIntBE(at + 6, 3));
  }
  throw new Error(`no handshake message of type ${type}`);
}

function premasterOf(turns: readonly Turn[]): { encrypted: string; premaster: string } {
  const encrypted = handshakeBody(turns, "client", 16).subarray(2);
  const padded = privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, encrypted);
  return { encrypted: encrypted.toString("hex", 0, 8), premaster: padded.subarray(-48).toString("hex") };
}

function keyLog(line: string): KeyLog {
  const keys = new KeyLog();
  keys.push(line);
  return keys;
}

const WISHES: readonly Wish[] = [
  { version: "TLSv1.2", suite: "AES128-GCM-SHA256", secureOptions: 0 },
  { version: "TLSv1.2", suite: "AES256-GCM-SHA384", secureOptions: 0 },
  { version: "TLSv1.2", suite: "AES128-GCM-SHA256", secureOptions: NO_EXTENDED_MASTER_SECRET },
  { version: "TLSv1.1", suite: "AES128-SHA", secureOptions: 0 },
  { version: "TLSv1", suite: "AES256-SHA", secureOptions: NO_EXTENDED_MASTER_SECRET },
];

for (const wish of WISHES) {
  const kind = wish.secureOptions === 0 ? "extended" : "plain";
  t.test(`${wish.version} ${wish.suite}, ${kind} master secret: old forms of key log lines open it`, async (t) => {
    const { turns, rsaLine, clientRandom, masterSecret } = await talk(wish);
    const { encrypted, premaster } = premasterOf(turns);
    const { sessionId } = decodeServerHello(handshakeBody(turns, "server", 2));
    t.equal(rsaLine.toLowerCase(), `rsa ${encrypted} ${premaster}`);
    const forms = [
      rsaLine,
      `PMS_CLIENT_RANDOM ${clientRandom} ${premaster}`,
      `RSA Session-ID:${Buffer.from(sessionId).toString("hex")} Master-Key:${masterSecret}`,
    ];
    for (const line of forms) {
      for (const chunking of [undefined, byteByByte]) {
        const watched = watch(turns, { keys: keyLog(line), ...(chunking === undefined ? {} : { chunking }) });
        t.equal(plaintext(watched, "client"), "question", line.split(" ")[0] ?? "");
        t.equal(plaintext(watched, "server"), "answer to question");
        t.notMatch(findingLines(watched).join("\n"), /damaged|not decrypted/);
      }
    }
    const wrong = watch(turns, { keys: keyLog(`RSA ${encrypted} ${"11".repeat(48)}`) });
    t.equal(plaintext(wrong, "client"), "");
    t.match(findingLines(wrong).join("\n"), /secrets do not fit this connection/);
  });
}

t.test(
  "an extended master secret needs the whole handshake: with a hole in it nothing is opened, and it is said",
  async (t) => {
    const { turns } = await talk({ version: "TLSv1.2", suite: "AES128-GCM-SHA256", secureOptions: 0 });
    const { encrypted, premaster } = premasterOf(turns);
    const first = turns.findIndex(({ side }) => side === "server");
    const holed = turns.map((turn, index): Turn => {
      return index === first && "bytes" in turn ? { side: "server", gap: turn.bytes.length } : turn;
    });
    const watched = watch(holed, { keys: keyLog(`RSA ${encrypted} ${premaster}`) });
    t.equal(plaintext(watched, "client"), "");
    t.match(findingLines(watched).join("\n"), /not decrypted/);
  },
);
