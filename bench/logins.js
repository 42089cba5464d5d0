// Logins a second of one server, by password and by OPAQUE, in one interleaved run: the real `server` on SQLite with its default
// cost, one client process with many logins in flight. Run after `npm run build`: node bench/logins.js [rounds]. The client
// stretches nothing, since what that costs is each client's own; its share of the curve's work it does, on the other core.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { AccountServiceDefinition } from "../dist/src/gen/earshot/accounts/v1/accounts.js";
import { OpaqueServiceDefinition } from "../dist/src/gen/earshot/accounts/v1/opaque.js";
import { channelProof } from "../dist/src/opaque/channel-proof.js";
import { LoginStart, RegistrationStart } from "../dist/src/opaque/opaque-client.js";
import { connect } from "../dist/src/rpc/index.js";

const SECONDS = 5;
/** A server lets so many passwords of a connection wait; OPAQUE logins wait for nothing. */
const IN_FLIGHT = { password: 4, opaque: 32 };
const PASSWORD = "tiger lamp ocean 42";
const CONTEXT = Buffer.from("earshot.accounts.v1.OpaqueService");
const rounds = Number(process.argv[2] ?? 5);
const folder = mkdtempSync(join(tmpdir(), "earshot-logins-"));
const server = startServer();
try {
  await measure(await dial());
} finally {
  server.kill("SIGTERM");
  await once(server, "close");
  rmSync(folder, { recursive: true, force: true });
}

function startServer() {
  const main = fileURLToPath(new URL("../dist/src/server/main.js", import.meta.url));
  const args = ["--cert", join(folder, "certs"), "--listen", "127.0.0.1:0", "--database", join(folder, "a.db")];
  const options = [...args, "--throttle", "off", "--log-level", "error"];
  return spawn(process.execPath, [main, ...options], { stdio: ["ignore", "pipe", "inherit"] });
}

async function dial() {
  const [line] = await once(server.stdout, "data");
  const port = Number(/listening on \S+:(\d+)/.exec(String(line))?.[1]);
  return connect({ host: "localhost", port, tls: { ca: readFileSync(join(folder, "certs/ca.pem")) } });
}

async function measure(connection) {
  const accounts = connection.client(AccountServiceDefinition);
  const opaque = connection.client(OpaqueServiceDefinition);
  await accounts.register({ username: "by.password", password: PASSWORD });
  const identities = await register(opaque, "by.opaque");
  const ways = {
    password: () => accounts.login({ username: "by.password", password: PASSWORD }),
    opaque: () => login(opaque, identities, connection),
  };
  process.stdout.write(
    `${new Date().toISOString()}, Node ${process.versions.node}, ${cpus().length} cores of ${cpus()[0]?.model}, load ${loadavg()[0].toFixed(2)} before.\n\n`,
  );
  process.stdout.write("| round | by password, a second | by OPAQUE, a second | ratio |\n|---|--:|--:|--:|\n");
  const ratios = [];
  for (let round = 0; round <= rounds; round++) {
    const passwords = await rate(ways.password, IN_FLIGHT.password);
    const opaques = await rate(ways.opaque, IN_FLIGHT.opaque);
    const row = `${passwords.toFixed(1)} | ${opaques.toFixed(0)} | ${(opaques / passwords).toFixed(0)}`;
    process.stdout.write(`| ${round === 0 ? "warm-up" : round} | ${row} |\n`);
    if (round > 0) ratios.push(opaques / passwords);
  }
  const [low, middle, high] = [0.25, 0.5, 0.75].map((part) => quantile(ratios, part).toFixed(0));
  process.stdout.write(`\nOPAQUE: ${middle} x (${low} to ${high}); the floor is 30.\n`);
  await connection.close();
}

async function register(opaque, username) {
  const identities = { client: Buffer.from(username) };
  const start = new RegistrationStart(Buffer.from(PASSWORD));
  const { registrationResponse } = await opaque.registerStart({ username, registrationRequest: start.request });
  const { record } = await start.finish(registrationResponse, identities, stretchNothing);
  await opaque.registerFinish({ username, record });
  return identities;
}

async function login(opaque, identities, connection) {
  const start = new LoginStart(Buffer.from(PASSWORD), CONTEXT);
  const { loginId, ke2 } = await opaque.loginStart({ username: String(identities.client), ke1: start.ke1 });
  const { ke3, sessionKey } = await start.finish(ke2, identities, stretchNothing);
  const proof = channelProof(sessionKey, "client", connection.peer.channelBinding);
  await opaque.loginFinish({ proof: { loginId, ke3, channelProof: proof } });
}

async function stretchNothing(input) {
  return Uint8Array.from(input);
}

async function rate(once, inFlight) {
  const began = performance.now();
  const endsAt = began + SECONDS * 1_000;
  let made = 0;
  const work = async () => {
    while (performance.now() < endsAt) {
      await once();
      made++;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, work));
  return made / ((performance.now() - began) / 1_000);
}

function quantile(values, part) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.round((sorted.length - 1) * part)];
}
