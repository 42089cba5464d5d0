// What a login depends on, what a client keeps to itself, and what it does with its secrets.
import t from "tap";
import { LoginStart, RegistrationStart } from "../../src/opaque/opaque-client.js";
import { scryptStretch } from "../../src/opaque/scrypt-stretch.js";
import { OpaqueAccount, stretchNothing } from "../helpers/opaque-account.js";

const account = new OpaqueAccount();
const encode = (text: string) => new TextEncoder().encode(text);
const refused = { name: "OpaqueError", code: "refused" };
const malformed = { name: "OpaqueError", code: "malformed" };

t.test("the password that was registered logs in, with the stretching of this configuration", async (t) => {
  const registration = new RegistrationStart(account.password);
  const response = account.server.register(registration.request, account.credentialIdentifier);
  const made = await registration.finish(response, account.identities, scryptStretch);
  const start = new LoginStart(account.password, account.context);
  const answer = account.startLogin(start.ke1, made.record);
  const login = await start.finish(answer.ke2, account.identities, scryptStretch);
  t.same(login.ke3, answer.expectedKe3);
  t.same(login.sessionKey, answer.sessionKey);
  t.same(login.exportKey, made.exportKey);
  t.same(login.serverPublicKey, account.server.publicKey);
  t.same(made.serverPublicKey, account.server.publicKey);
});

t.test("each thing that must fit is refused when it does not", async (t) => {
  const record = await account.register();
  const { client } = account.identities;
  t.ok(await account.login(record));
  await t.rejects(account.login(record, { password: encode("incorrect horse battery staple") }), refused);
  await t.rejects(account.login(record, { context: encode("another program") }), refused);
  await t.rejects(account.login(record, { identities: { client } }), refused);
  await t.rejects(
    account.login(record, { identities: { client: encode("mario"), server: encode("accounts.test") } }),
    refused,
  );
  await t.rejects(new OpaqueAccount().login(record), refused, "another server");
});

t.test("an unknown name is refused as a wrong password is", async (t) => {
  const record = await account.register();
  const password = encode("incorrect horse battery staple");
  const told = await Promise.all([account.login(record, { password }), account.login(undefined, {})].map(messageOf));
  t.equal(told[0], told[1]);
  t.match(told[0], /^refused: /);
});

t.test("the same password never makes the same messages", async (t) => {
  const starts = [0, 1].map(() => new LoginStart(account.password, account.context).ke1);
  t.notSame(starts[0], starts[1]);
  const requests = [0, 1].map(() => new RegistrationStart(account.password).request);
  t.notSame(requests[0], requests[1]);
});

t.test("a start is finished once, also when that failed", async (t) => {
  const record = await account.register();
  const start = new LoginStart(account.password, account.context);
  const { ke2 } = account.startLogin(start.ke1, record);
  const otherStretch = async () => new Uint8Array(32);
  await t.rejects(start.finish(ke2, account.identities, otherStretch), refused);
  await t.rejects(start.finish(ke2, account.identities, stretchNothing), { code: "spent" });
});

t.test("what the stretching rejects with comes through", async (t) => {
  const start = new LoginStart(account.password, account.context);
  const { ke2 } = account.startLogin(start.ke1, undefined);
  const stretch = async () => {
    throw new RangeError("no memory");
  };
  await t.rejects(start.finish(ke2, account.identities, stretch), { name: "RangeError" });
});

t.test("the caller's bytes stay as they were, Buffers too", async (t) => {
  const password = Buffer.from(account.password);
  const start = new RegistrationStart(password);
  const response = Buffer.from(account.server.register(Buffer.from(start.request), account.credentialIdentifier));
  const before = response.toString("hex");
  const { record } = await start.finish(response, account.identities, stretchNothing);
  t.same([...password], [...account.password]);
  t.equal(response.toString("hex"), before);

  const login = new LoginStart(password, account.context);
  const ke2 = Buffer.from(account.startLogin(Buffer.from(login.ke1), Buffer.from(record)).ke2);
  const sent = ke2.toString("hex");
  await login.finish(ke2, account.identities, stretchNothing);
  t.equal(ke2.toString("hex"), sent);
  t.same([...password], [...account.password]);
});

t.test("empty and overlong identities and passwords", async (t) => {
  await t.rejects(account.login(undefined, { identities: { client: new Uint8Array(0) } }), malformed);
  await t.rejects(account.login(undefined, { identities: { client: new Uint8Array(65_536) } }), malformed);
  await t.rejects(account.login(undefined, { password: new Uint8Array(65_536) }), malformed);
  await t.rejects(account.login(undefined, { password: new Uint8Array(0) }), refused);
});

t.test("no error holds secrets", async (t) => {
  const record = await account.register();
  const told = await messageOf(account.login(record, { password: encode("incorrect horse") }));
  t.notMatch(told, /horse|[0-9a-f]{16}/);
});

function messageOf(attempt: Promise<unknown>): Promise<string> {
  return attempt.then(
    () => "done",
    (error) => `${error.code}: ${error.message}`,
  );
}
