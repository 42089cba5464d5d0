// The password is in no place of the server's memory while somebody logs in by OPAQUE: neither in its heap nor anywhere else.
// The same search finds it where the login is by password, so it can find.

import { closeSync, openSync, readdirSync, readFileSync, readSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import { AccountServiceDefinition } from "../../src/gen/earshot/accounts/v1/accounts.js";
import { OpaqueServiceDefinition } from "../../src/gen/earshot/accounts/v1/opaque.js";
import { channelProof } from "../../src/opaque/channel-proof.js";
import { LoginStart, RegistrationStart, type Stretch } from "../../src/opaque/opaque-client.js";
import { type Connection, connect } from "../../src/rpc/index.js";
import { CONTEXT, PASSWORD } from "../fixtures/opaque-accounts.js";
import { ServerProcess } from "./server-program.js";

const USERNAME = "alice.in.memory";
const PIECE_BYTES = 0x400000;
const stretch: Stretch = async (input) => input;

t.test("no password in a heap snapshot, nor in all of the process's memory", { timeout: 120_000 }, async (t) => {
  const folder = t.testdir();
  const { server, connection } = await startServer(t, folder);
  await loginByOpaque(connection);
  const heap = await heapOf(server, folder);
  t.notOk(heap.includes(PASSWORD));
  t.ok(heap.includes(USERNAME), "the name is there: the server must know it");
  if (process.platform !== "linux") return;
  t.notOk(findsInMemory(server.pid, PASSWORD));
  t.ok(findsInMemory(server.pid, USERNAME));
});

t.test("where it is sent, the search finds it", { timeout: 120_000 }, async (t) => {
  if (process.platform !== "linux") return;
  const { server, connection } = await startServer(t, t.testdir());
  const accounts = connection.client(AccountServiceDefinition);
  await accounts.register({ username: USERNAME, password: PASSWORD });
  await accounts.login({ username: USERNAME, password: PASSWORD });
  t.ok(findsInMemory(server.pid, PASSWORD));
});

async function startServer(t: Test, folder: string): Promise<{ server: ServerProcess; connection: Connection }> {
  const certs = join(folder, "certs");
  const args = ["--cert", certs, "--listen", "127.0.0.1:0", "--database", join(folder, "a.db"), "--scrypt-cost", "4"];
  const options = `--heapsnapshot-signal=SIGUSR2 --diagnostic-dir=${folder}`;
  const server = new ServerProcess(t, args, { NODE_OPTIONS: options });
  const port = await server.listening();
  const ca = readFileSync(join(certs, "ca.pem"), "latin1");
  const connection = await connect({ host: "localhost", port, tls: { ca } });
  t.teardown(() => connection.close());
  return { server, connection };
}

/** Registers, and leaves one login finished and another half done. */
async function loginByOpaque(connection: Connection): Promise<void> {
  const opaque = connection.client(OpaqueServiceDefinition);
  const identities = { client: Buffer.from(USERNAME) };
  const registering = new RegistrationStart(Buffer.from(PASSWORD));
  const { registrationResponse } = await opaque.registerStart({
    username: USERNAME,
    registrationRequest: registering.request,
  });
  const { record } = await registering.finish(registrationResponse, identities, stretch);
  await opaque.registerFinish({ username: USERNAME, record });
  for (const isFinished of [true, false]) {
    const login = new LoginStart(Buffer.from(PASSWORD), CONTEXT);
    const { loginId, ke2 } = await opaque.loginStart({ username: USERNAME, ke1: login.ke1 });
    const { ke3, sessionKey } = await login.finish(ke2, identities, stretch);
    const proof = channelProof(sessionKey, "client", connection.peer.channelBinding);
    if (isFinished) await opaque.loginFinish({ proof: { loginId, ke3, channelProof: proof } });
  }
}

async function heapOf(server: ServerProcess, folder: string): Promise<Buffer> {
  server.signal("SIGUSR2");
  for (;;) {
    const file = readdirSync(folder).find((name) => name.endsWith(".heapsnapshot"));
    const content = file === undefined ? Buffer.alloc(0) : readFileSync(join(folder, file));
    // A snapshot is one JSON object: it is whole once it is closed.
    if (content.subarray(-8).toString("latin1").trimEnd().endsWith("}")) return content;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Looks for it in one-byte and in two-byte characters, in everything that the process may write to. */
function findsInMemory(pid: number, text: string): boolean {
  const forms = [Buffer.from(text, "latin1"), Buffer.from(text, "utf16le")];
  const regions = readFileSync(`/proc/${pid}/maps`, "latin1").matchAll(/^([0-9a-f]+)-([0-9a-f]+) rw/gm);
  const memory = openSync(`/proc/${pid}/mem`, "r");
  try {
    for (const [, start = "", end = ""] of regions) {
      if (regionHolds(memory, Number(`0x${start}`), Number(`0x${end}`), forms)) return true;
    }
    return false;
  } finally {
    closeSync(memory);
  }
}

function regionHolds(memory: number, start: number, end: number, forms: readonly Buffer[]): boolean {
  const longest = Math.max(...forms.map((form) => form.length));
  const piece = Buffer.alloc(PIECE_BYTES);
  for (let at = start; at < end; at += PIECE_BYTES - longest) {
    const length = readSome(memory, piece, Math.min(end - at, PIECE_BYTES), at);
    if (forms.some((form) => piece.subarray(0, length).includes(form))) return true;
  }
  return false;
}

/** Some regions are mapped and cannot be read. */
function readSome(memory: number, piece: Buffer, length: number, at: number): number {
  try {
    return readSync(memory, piece, 0, length, at);
  } catch {
    return 0;
  }
}
