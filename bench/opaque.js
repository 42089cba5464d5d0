// What a login costs a server's processor: OPAQUE as built here, on @noble/curves alone, and by opaque-ke compiled to wasm, beside
// one password hash. Run after `npm run build`: node bench/opaque.js [rounds]. It uses the root's packages.
import { randomBytes, scrypt } from "node:crypto";
import { promisify } from "node:util";
import { p256, p256_oprf } from "@noble/curves/nist.js";
import serenity from "@serenity-kit/opaque-p256";
import { LoginStart, RegistrationStart } from "../dist/src/opaque/opaque-client.js";
import { OpaqueServer } from "../dist/src/opaque/opaque-server.js";

const LOGINS = 200;
const HASHES = 3;
const rounds = Number(process.argv[2] ?? 5);
const password = randomBytes(20);
const context = Buffer.from("bench");
const identities = { client: Buffer.from("bench.user") };
const stretchNothing = async (input) => Uint8Array.from(input);

const ways = {
  "password (scrypt ln=15,r=8,p=3)": passwordHash(),
  "opaque, ours": await ours(),
  "opaque, @noble/curves' products alone": noble(),
  "opaque, @serenity-kit/opaque-p256": await wasm(),
};
const times = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
for (let round = 0; round < rounds; round++) {
  for (const [name, { login, count }] of Object.entries(ways)) times[name].push(await cpuMs(login, count));
}
const hash = median(Object.values(times)[0]);
for (const [name, values] of Object.entries(times)) {
  const each = median(values);
  const figures = `${each.toFixed(2)} ms CPU, ${(1_000 / each).toFixed(0)} logins/s on a core, ${(hash / each).toFixed(1)} x`;
  process.stdout.write(`${name.padEnd(40)}${figures}\n`);
}

/** CPU of the whole process, since scrypt runs in the thread pool. */
async function cpuMs(login, count) {
  const before = process.cpuUsage();
  for (let made = 0; made < count; made++) await login();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000 / count;
}

function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

function passwordHash() {
  const hashPassword = promisify(scrypt);
  const cost = { N: 32_768, r: 8, p: 3, maxmem: 64 * 1024 * 1024 };
  return { count: HASHES, login: () => hashPassword(password, randomBytes(16), 32, cost) };
}

/** KE1 to KE2, and the comparison of KE3: all that the server computes. */
async function ours() {
  const server = new OpaqueServer(OpaqueServer.newKeys(), context);
  const registration = new RegistrationStart(password);
  const response = server.register(registration.request, identities.client);
  const { record } = await registration.finish(response, identities, stretchNothing);
  const { ke1 } = new LoginStart(password, context);
  const request = { ke1, record, credentialIdentifier: identities.client, identities };
  const login = () => OpaqueServer.isRight(server.startLogin(request).expectedKe3, randomBytes(32));
  return { count: LOGINS, login };
}

/** Only what multiplies points, in JavaScript: a key pair derived twice, the OPRF, three products. */
function noble() {
  const seed = randomBytes(32);
  const point = p256.getPublicKey(p256.utils.randomSecretKey());
  const login = () => {
    const { secretKey } = p256_oprf.oprf.deriveKeyPair(seed, seed);
    p256_oprf.oprf.blindEvaluate(secretKey, point);
    p256_oprf.oprf.deriveKeyPair(seed, seed);
    for (let product = 0; product < 3; product++) p256.getSharedSecret(secretKey, point);
  };
  return { count: LOGINS / 10, login };
}

async function wasm() {
  await serenity.ready;
  const { client, server } = serenity;
  const keyStretching = { "argon2id-custom": { memory: 64, iterations: 1, parallelism: 1 } };
  const secret = { password: password.toString("hex") };
  const setup = { serverSetup: server.createSetup(), userIdentifier: "bench.user" };
  const registration = client.startRegistration(secret);
  const { registrationResponse } = server.createRegistrationResponse({ ...setup, ...registration });
  const finish = { ...secret, ...registration, registrationResponse, keyStretching };
  const { registrationRecord } = client.finishRegistration(finish);
  const { startLoginRequest } = client.startLogin(secret);
  return { count: LOGINS, login: () => server.startLogin({ ...setup, registrationRecord, startLoginRequest }) };
}
