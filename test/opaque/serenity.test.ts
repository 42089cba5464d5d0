// Against another implementation, opaque-ke 4.0 as @serenity-kit/opaque-p256 compiles it: our client at its server, its client at ours.
import { argon2idAsync } from "@noble/hashes/argon2.js";
import { client, ready, server } from "@serenity-kit/opaque-p256";
import t from "tap";
import { type Identities, LoginStart, RegistrationStart, type Stretch } from "../../src/opaque/opaque-client.js";
import { OpaqueServer } from "../../src/opaque/opaque-server.js";
import { toHex } from "../helpers/hex.js";

/** It names no application. */
const NO_CONTEXT = new Uint8Array(0);
const COST = { iterations: 1, memory: 64, parallelism: 1 };
const keyStretching = { "argon2id-custom": COST };
/** Its client's: Argon2id with a salt of 16 zeros, as RFC 9807 has it; cheap here. Its server knows nothing of it. */
const stretch: Stretch = (input) =>
  argon2idAsync(input, new Uint8Array(16), { t: COST.iterations, m: COST.memory, p: COST.parallelism, dkLen: 32 });

const encode = (text: string) => new TextEncoder().encode(text);
const toText = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64url");
const fromText = (text: string) => Uint8Array.from(Buffer.from(text, "base64url"));

const password = "correct horse battery staple";
const wrongPassword = "incorrect horse battery staple";
const userIdentifier = "account 1";

/** With names for both sides, and with the client's alone, where the server's public key stands for its name. */
const namings = [{ client: "maria", server: "accounts.test" }, { client: "maria" }];

t.before(() => ready);

for (const identifiers of namings) {
  const identities: Identities = {
    client: encode(identifiers.client),
    ...(identifiers.server !== undefined && { server: encode(identifiers.server) }),
  };
  const named = Object.keys(identifiers).join(" and ");

  t.test(`our client at its server, named: ${named}`, async (t) => {
    const serverSetup = server.createSetup();
    const registration = new RegistrationStart(encode(password));
    const registrationRequest = toText(registration.request);
    const response = server.createRegistrationResponse({ serverSetup, userIdentifier, registrationRequest });
    const made = await registration.finish(fromText(response.registrationResponse), identities, stretch);
    t.equal(toText(made.serverPublicKey), server.getPublicKey(serverSetup));

    const answerTo = (ke1: Uint8Array, record: Uint8Array | undefined) =>
      server.startLogin({
        serverSetup,
        userIdentifier,
        registrationRecord: record && toText(record),
        startLoginRequest: toText(ke1),
        identifiers,
      });
    const start = new LoginStart(encode(password), NO_CONTEXT);
    const answer = answerTo(start.ke1, made.record);
    const login = await start.finish(fromText(answer.loginResponse), identities, stretch);
    const finished = server.finishLogin({
      serverLoginState: answer.serverLoginState,
      finishLoginRequest: toText(login.ke3),
      identifiers,
    });
    t.equal(toText(login.sessionKey), finished.sessionKey);
    t.equal(toHex(login.exportKey), toHex(made.exportKey));

    const wrong = new LoginStart(encode(wrongPassword), NO_CONTEXT);
    const itsAnswer = fromText(answerTo(wrong.ke1, made.record).loginResponse);
    await t.rejects(wrong.finish(itsAnswer, identities, stretch), { code: "refused" });
    const unknown = new LoginStart(encode(password), NO_CONTEXT);
    const itsFake = fromText(answerTo(unknown.ke1, undefined).loginResponse);
    await t.rejects(unknown.finish(itsFake, identities, stretch), { code: "refused" });
  });

  t.test(`its client at our server, named: ${named}`, async (t) => {
    const ours = new OpaqueServer(OpaqueServer.newKeys(), NO_CONTEXT);
    const credentialIdentifier = encode(userIdentifier);
    const started = client.startRegistration({ password });
    const registrationResponse = toText(ours.register(fromText(started.registrationRequest), credentialIdentifier));
    const options = { password, identifiers, keyStretching };
    const made = client.finishRegistration({ ...options, ...started, registrationResponse });
    const record = fromText(made.registrationRecord);
    ours.checkRecord(record);
    t.equal(made.serverStaticPublicKey, toText(ours.publicKey));

    const logIn = (tried: string, known: Uint8Array | undefined) => {
      const { clientLoginState, startLoginRequest } = client.startLogin({ password: tried });
      const ke1 = fromText(startLoginRequest);
      const answer = ours.startLogin({ ke1, record: known, credentialIdentifier, identities });
      const loginResponse = toText(answer.ke2);
      const login = client.finishLogin({ clientLoginState, loginResponse, ...options, password: tried });
      return { answer, login };
    };
    const { answer, login } = logIn(password, record);
    t.ok(OpaqueServer.isRight(answer.expectedKe3, fromText(login?.finishLoginRequest ?? "")));
    t.equal(login?.sessionKey, toText(answer.sessionKey));
    t.equal(login?.exportKey, made.exportKey);
    t.equal(logIn(wrongPassword, record).login, undefined);
    t.equal(logIn(password, undefined).login, undefined);
  });
}

t.test("a server of ours takes over the accounts of one of its", async (t) => {
  const serverSetup = server.createSetup();
  const registration = new RegistrationStart(encode(password));
  const registrationRequest = toText(registration.request);
  const response = server.createRegistrationResponse({ serverSetup, userIdentifier, registrationRequest });
  const identities = { client: encode("maria") };
  const made = await registration.finish(fromText(response.registrationResponse), identities, stretch);

  // Its setup is the OPRF seed, the private key, and a public key for accounts that are not there.
  const setup = fromText(serverSetup);
  const ours = new OpaqueServer({ oprfSeed: setup.subarray(0, 32), privateKey: setup.subarray(32, 64) }, NO_CONTEXT);
  t.equal(toText(ours.publicKey), server.getPublicKey(serverSetup));
  const start = new LoginStart(encode(password), NO_CONTEXT);
  const credentialIdentifier = encode(userIdentifier);
  const answer = ours.startLogin({ ke1: start.ke1, record: made.record, credentialIdentifier, identities });
  const login = await start.finish(answer.ke2, identities, stretch);
  t.ok(OpaqueServer.isRight(answer.expectedKe3, login.ke3));
});
