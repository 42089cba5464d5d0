// OPAQUE at servers that are not honest, or not the one that was known: what is refused, and that no password is sent instead.
import { randomBytes } from "node:crypto";
import t from "tap";
import { OpaqueServer } from "../../../src/opaque/opaque-server.js";
import { type CallContext, RpcError, StatusCode } from "../../../src/rpc/index.js";
import { TOKEN } from "../stand-in-server.js";
import { ALICE, atStandIn, everyUse, NEW, PASSWORD, randomKey } from "./client-at-stand-in.js";
import { type OpaqueHandlers, OpaqueStandIn } from "./opaque-stand-in.js";

t.test("a server that does not know OPAQUE gets no password in its place", async (t) => {
  const sent: unknown[] = [];
  const note = async (request: unknown) => {
    sent.push(request);
    return {};
  };
  const handlers = { register: note, login: note, changePassword: note, resetPassword: note, deleteAccount: note };
  const { client } = await atStandIn(t, { handlers, opaque: null });
  for (const use of everyUse(client, randomKey())) {
    await t.rejects(use(), {
      code: "downgrade_refused",
      status: "UNIMPLEMENTED",
      message: /the password was not sent/,
    });
  }
  t.same(sent, []);
});

for (const code of [StatusCode.UNAUTHENTICATED, StatusCode.INTERNAL, StatusCode.UNIMPLEMENTED, StatusCode.NOT_FOUND]) {
  t.test(`whatever the server says, status ${code} too, nothing is tried in the place of OPAQUE`, async (t) => {
    const sent: unknown[] = [];
    const refuse = async () => {
      throw new RpcError(code, "no");
    };
    const login = async (request: unknown) => {
      sent.push(request);
      return {};
    };
    const spoiled = () => ({ loginStart: refuse, registerStart: refuse, loginFinish: refuse });
    const { client } = await atStandIn(t, { handlers: { login, register: login }, spoiled });
    for (const use of everyUse(client, undefined)) await t.rejects(use(), { name: "ClientError" });
    t.same(sent, []);
  });
}

t.test("a server with another key than before is refused at every call", async (t) => {
  const { client, standIn } = await atStandIn(t);
  await client.opaque().register(ALICE);
  standIn.calls.length = 0;
  const changed = { code: "opaque_key_changed", message: new RegExp(`shows ${escaped(standIn.serverKey)}`) };
  for (const use of everyUse(client, randomKey())) await t.rejects(use(), changed);
  const wrong = client.opaque({ serverKey: randomKey() }).login({ ...ALICE, password: NEW });
  await t.rejects(wrong, changed, "where it would else look like a wrong password");
  t.same(new Set(standIn.calls), new Set(["registerStart", "loginStart"]), "and no second half is sent");
  await t.resolves(client.opaque({ serverKey: standIn.serverKey }).login(ALICE));
});

t.test("a new record is made for the server that the login was at, or not sent", async (t) => {
  const other = new OpaqueStandIn();
  const { client, standIn } = await atStandIn(t, {
    spoiled: () => ({ registerStart: other.handlers().registerStart }),
  });
  const honest = await atStandIn(t, { standIn });
  await honest.client.opaque().register(ALICE);
  const change = { username: "alice", currentPassword: PASSWORD, newPassword: NEW };
  await t.rejects(client.opaque().changePassword(TOKEN, change), { code: "opaque_key_changed" });
  t.notOk(standIn.calls.includes("replaceRecord"));
});

t.test("who relays a change of password gets no record to try passwords on, and no say in what was done", async (t) => {
  const own = OpaqueServer.newKeys();
  const exporter = randomBytes(32);
  const elsewhere = (ctx: CallContext) => ({ ...ctx, peer: { ...ctx.peer, channelBinding: exporter } });
  const { client, standIn } = await atStandIn(t, {
    spoiled: (honest) => ({
      // His own function of the password under the server's own name: no key that is known shows the difference.
      registerStart: async ({ username, registrationRequest }, ctx) => {
        if (!standIn.records.has(username)) return honest.registerStart({ username, registrationRequest }, ctx);
        const his = new OpaqueServer(own, new Uint8Array()).register(registrationRequest, Buffer.from(username));
        return { registrationResponse: Buffer.concat([his.subarray(0, 33), standIn.server.publicKey]) };
      },
      loginStart: (request, ctx) => honest.loginStart(request, elsewhere(ctx)),
      replaceRecord: async () => ({}),
      deleteOpaqueAccount: async () => ({}),
    }),
  });
  await client.opaque().register(ALICE);
  const known = client.opaque({ serverKey: standIn.serverKey });
  standIn.calls.length = 0;
  const change = { username: "alice", currentPassword: PASSWORD, newPassword: NEW };
  await t.rejects(known.changePassword(TOKEN, change), { code: "channel_mismatch" });
  await t.rejects(known.deleteAccount(TOKEN, ALICE), { code: "channel_mismatch" });
  t.same(standIn.calls, ["registerStart", "loginStart", "loginStart"]);
});

t.test("over TLS 1.2 no login is begun, though the server might let it", async (t) => {
  const { client, standIn } = await atStandIn(t, { tlsVersion: "TLSv1.2" });
  await client.opaque().register(ALICE);
  standIn.calls.length = 0;
  await t.rejects(client.opaque().login(ALICE), { code: "downgrade_refused", message: /needs TLS 1\.3/ });
  t.same(standIn.calls, []);
});

const FALSE_PROOFS: Readonly<Record<string, (proof: Uint8Array) => Uint8Array>> = {
  none: () => new Uint8Array(0),
  "of zeros": () => new Uint8Array(32),
  "cut short": (proof) => proof.subarray(0, 31),
  "with one bit changed": (proof) => proof.map((byte, index) => (index === 31 ? byte ^ 1 : byte)),
};
for (const [what, change] of Object.entries(FALSE_PROOFS)) {
  t.test(`a token with a proof of the server that is ${what} is not used`, async (t) => {
    const { client } = await atStandIn(t, {
      spoiled: (honest) => ({
        loginFinish: async (request, ctx) => {
          const answer = await honest.loginFinish(request, ctx);
          return { ...answer, channelProof: change(Uint8Array.from(answer.channelProof ?? [])) };
        },
      }),
    });
    await client.opaque().register(ALICE);
    const opaque = client.opaque();
    const mismatch = { code: "channel_mismatch", message: /^Somebody stands between .* its session was not kept\.$/ };
    await t.rejects(opaque.login(ALICE), mismatch);
    t.equal(opaque.serverKey, undefined);
  });
}

t.test("a proof that the server gives back, as of its own, is none", async (t) => {
  const { client } = await atStandIn(t, {
    spoiled: (honest) => ({
      loginFinish: async (request, ctx) => {
        const answer = await honest.loginFinish(request, ctx);
        return { ...answer, channelProof: request.proof?.channelProof ?? new Uint8Array(0) };
      },
    }),
  });
  await client.opaque().register(ALICE);
  await t.rejects(client.opaque().login(ALICE), { code: "channel_mismatch" });
});

const DAMAGED: Readonly<Record<string, Partial<OpaqueHandlers>>> = {
  "no KE2": { loginStart: async () => ({ loginId: randomBytes(16) }) },
  "a KE2 of zeros": { loginStart: async () => ({ loginId: randomBytes(16), ke2: new Uint8Array(259) }) },
  "a KE2 too long": { loginStart: async () => ({ loginId: randomBytes(16), ke2: randomBytes(260) }) },
  "no registration response": { registerStart: async () => ({}) },
  "a registration response of zeros": { registerStart: async () => ({ registrationResponse: new Uint8Array(66) }) },
  "another account's name": {
    registerFinish: async () => ({ account: { accountId: randomBytes(16), username: "bob" } }),
  },
};
for (const [what, spoiled] of Object.entries(DAMAGED)) {
  t.test(`an answer with ${what} is a typed error`, async (t) => {
    const { client } = await atStandIn(t, { spoiled: () => spoiled });
    const isLogin = "loginStart" in spoiled;
    const opaque = client.opaque();
    const use = (): Promise<unknown> => (isLogin ? opaque.login(ALICE) : opaque.register(ALICE));
    await t.rejects(use(), { code: "bad_answer" });
  });
}

t.test("no error holds the password", async (t) => {
  const { client } = await atStandIn(t, { opaque: null });
  for (const use of everyUse(client, undefined)) {
    const error: unknown = await use().catch((caught: unknown) => caught);
    const shown = error instanceof Error ? `${error.message} ${error.stack} ${JSON.stringify(error)}` : "";
    t.ok(shown);
    t.notMatch(shown, /tiger|violin/);
  }
});

function escaped(text: string): string {
  return text.replace(/[+/]/g, "\\$&");
}
