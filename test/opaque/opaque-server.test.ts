// What a server gives away and accepts: keys, records, and answers for names that it does not know.
import t from "tap";
import { LoginStart } from "../../src/opaque/opaque-client.js";
import { OpaqueServer } from "../../src/opaque/opaque-server.js";
import { OpaqueAccount } from "../helpers/opaque-account.js";

const account = new OpaqueAccount();
const malformed = { name: "OpaqueError", code: "malformed" };

t.test("new keys differ each time, and are a server's", async (t) => {
  const [keys, others] = [OpaqueServer.newKeys(), OpaqueServer.newKeys()];
  t.equal(keys.oprfSeed.length, 32);
  t.equal(keys.privateKey.length, 32);
  t.notSame(keys.oprfSeed, others.oprfSeed);
  t.notSame(keys.privateKey, others.privateKey);
  t.same(new OpaqueServer(keys, account.context).publicKey, new OpaqueServer(keys, account.context).publicKey);
});

t.test("keys of the wrong length or out of range are refused", async (t) => {
  const { oprfSeed, privateKey } = OpaqueServer.newKeys();
  for (const bad of [new Uint8Array(0), new Uint8Array(31), new Uint8Array(33), undefined as unknown as Uint8Array]) {
    t.throws(() => new OpaqueServer({ oprfSeed: bad, privateKey }, account.context), malformed);
  }
  for (const bad of [new Uint8Array(32), new Uint8Array(32).fill(0xff), new Uint8Array(31).fill(1)]) {
    t.throws(() => new OpaqueServer({ oprfSeed, privateKey: bad }, account.context), malformed);
  }
});

t.test("a server with the same keys knows the accounts of the first", async (t) => {
  const keys = OpaqueServer.newKeys();
  const first = Object.assign(new OpaqueAccount(), { server: new OpaqueServer(keys, account.context) });
  const second = Object.assign(new OpaqueAccount(), { server: new OpaqueServer(keys, account.context) });
  t.ok(await second.login(await first.register()));
});

t.test("a record is bound to the identifier it was made for", async (t) => {
  const record = await account.register();
  const start = new LoginStart(account.password, account.context);
  const answer = account.server.startLogin({
    ke1: start.ke1,
    record,
    credentialIdentifier: new TextEncoder().encode("account 2"),
    identities: account.identities,
  });
  await t.rejects(
    start.finish(answer.ke2, account.identities, async (input) => Uint8Array.from(input)),
    { code: "refused" },
  );
});

t.test("for an unknown name the answer has the same parts, the same OPRF each time, and the rest new", async (t) => {
  const { ke1 } = new LoginStart(account.password, account.context);
  const answers = [0, 1].map(() => account.startLogin(ke1, undefined));
  const known = account.startLogin(ke1, await account.register());
  const [first, second] = answers;
  t.equal(first?.ke2.length, known.ke2.length);
  // Were the evaluated element new each time, asking twice would tell that nobody is there.
  t.same(first?.ke2.subarray(0, 33), second?.ke2.subarray(0, 33));
  t.same(first?.ke2.subarray(0, 33), known.ke2.subarray(0, 33));
  t.notSame(first?.ke2.subarray(33), second?.ke2.subarray(33));
});

t.test("KE3 is compared whole", async (t) => {
  const expected = new Uint8Array(32).fill(7);
  t.ok(OpaqueServer.isRight(expected, expected.slice()));
  t.notOk(OpaqueServer.isRight(expected, expected.subarray(0, 31)));
  t.notOk(OpaqueServer.isRight(expected, new Uint8Array(0)));
  t.notOk(OpaqueServer.isRight(expected, new Uint8Array(32)));
});

t.test("records that cannot be are refused before they are stored", async (t) => {
  const record = await account.register();
  t.doesNotThrow(() => account.server.checkRecord(record));
  const bad = [record.subarray(1), Uint8Array.of(...record, 0), new Uint8Array(129), new Uint8Array(0)];
  for (const bytes of bad) t.throws(() => account.server.checkRecord(bytes), malformed);
});
