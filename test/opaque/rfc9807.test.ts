// Every vector of RFC 9807, appendix C, for this configuration: registration, login, and an account that is not there.
import t from "tap";
import { maskingKeyOf, randomizePassword } from "../../src/opaque/envelope.js";
import { type Identities, LoginStart, RegistrationStart, type Stretch } from "../../src/opaque/opaque-client.js";
import { OpaqueServer } from "../../src/opaque/opaque-server.js";
import { finalize } from "../../src/opaque/oprf.js";
import type { Draw, DrawPurpose } from "../../src/opaque/random-draw.js";
import { FAKE_VECTOR, REAL_VECTORS, SHARED } from "../fixtures/opaque/rfc9807-vectors.js";
import { fromHex, toHex } from "../helpers/hex.js";

/** The key stretching function of the vectors. */
const identity: Stretch = async (input) => input.slice();
const context = fromHex(SHARED.context);
const password = fromHex(SHARED.password);
const credentialIdentifier = fromHex(SHARED.credentialIdentifier);

const server = new OpaqueServer(
  { oprfSeed: fromHex(SHARED.oprfSeed), privateKey: fromHex(SHARED.serverPrivateKey) },
  context,
  play({
    "masking nonce": SHARED.maskingNonce,
    "server nonce": SHARED.serverNonce,
    "server keyshare seed": SHARED.serverKeyshareSeed,
  }),
);

for (const vector of REAL_VECTORS) {
  const identities: Identities = {
    client: fromHex(vector.clientIdentity),
    ...(vector.serverIdentity !== undefined && { server: fromHex(vector.serverIdentity) }),
  };

  t.test(`${vector.name}: registration`, async (t) => {
    const start = new RegistrationStart(
      password,
      play({ blind: SHARED.blindRegistration, "envelope nonce": SHARED.envelopeNonce }),
    );
    t.equal(toHex(start.request), SHARED.registrationRequest);
    const response = server.register(start.request, credentialIdentifier);
    t.equal(toHex(response), SHARED.registrationResponse);
    const registration = await start.finish(response, identities, identity);
    t.equal(toHex(registration.record), vector.record);
    t.equal(toHex(registration.exportKey), SHARED.exportKey);
    t.equal(toHex(registration.serverPublicKey), SHARED.serverPublicKey);
  });

  t.test(`${vector.name}: login`, async (t) => {
    const start = new LoginStart(
      password,
      context,
      play({
        blind: SHARED.blindLogin,
        "client nonce": SHARED.clientNonce,
        "client keyshare seed": SHARED.clientKeyshareSeed,
      }),
    );
    t.equal(toHex(start.ke1), SHARED.ke1);
    const record = fromHex(vector.record);
    const answer = server.startLogin({ ke1: start.ke1, record, credentialIdentifier, identities });
    t.equal(toHex(answer.ke2), vector.ke2);
    t.equal(toHex(answer.expectedKe3), vector.ke3);
    t.equal(toHex(answer.sessionKey), vector.sessionKey);
    const login = await start.finish(answer.ke2, identities, identity);
    t.equal(toHex(login.ke3), vector.ke3);
    t.equal(toHex(login.sessionKey), vector.sessionKey);
    t.equal(toHex(login.exportKey), SHARED.exportKey);
    t.equal(toHex(login.serverPublicKey), SHARED.serverPublicKey);
    t.ok(OpaqueServer.isRight(answer.expectedKe3, login.ke3));
  });
}

t.test("intermediate values", async (t) => {
  const evaluated = fromHex(SHARED.registrationResponse).subarray(0, 33);
  const output = finalize(password, fromHex(SHARED.blindRegistration), evaluated);
  const randomized = await randomizePassword(output, identity);
  t.equal(toHex(randomized), SHARED.randomizedPassword);
  t.equal(toHex(maskingKeyOf(randomized)), SHARED.maskingKey);
});

t.test("fake vector 3: no such account", async (t) => {
  const vector = FAKE_VECTOR;
  const keys = { oprfSeed: fromHex(vector.oprfSeed), privateKey: fromHex(vector.serverPrivateKey) };
  const draw = play({
    "masking nonce": vector.maskingNonce,
    "server nonce": vector.serverNonce,
    "server keyshare seed": vector.serverKeyshareSeed,
  });
  const other = new OpaqueServer(keys, fromHex(vector.context), draw);
  t.equal(toHex(other.publicKey), vector.serverPublicKey);
  const { ke2 } = other.startLogin({
    ke1: fromHex(vector.ke1),
    record: fromHex(`${vector.clientPublicKey}${vector.maskingKey}${"00".repeat(64)}`),
    credentialIdentifier: fromHex(vector.credentialIdentifier),
    identities: { client: fromHex(vector.clientIdentity), server: fromHex(vector.serverIdentity) },
  });
  t.equal(toHex(ke2), vector.ke2);
});

function play(values: Partial<Record<DrawPurpose, string>>): Draw {
  return (purpose, length) => {
    const bytes = fromHex(values[purpose] ?? "");
    if (bytes.length !== length) throw new Error(`the vector has no ${length} bytes for the ${purpose}`);
    return bytes;
  };
}
