// The library against a server whose answers are chosen: what it sends, what it gives back, when it repeats.
import t, { type Test } from "tap";
import { AccountClient } from "../../src/client/account-client.js";
import { RpcError, StatusCode } from "../../src/rpc/index.js";
import { ACCOUNT, ACCOUNT_ID, type AccountHandlers, startRelay, startStandIn, TOKEN } from "./stand-in-server.js";

const ALICE = { username: "alice", password: "correct horse battery" };

t.test("register, login, whoAmI and logout give typed values over verified TLS", async (t) => {
  const seen: unknown[] = [];
  const { client } = await connected(t, {
    register: async ({ username, password, requestId }) => {
      seen.push([username, password, requestId.length]);
      return { account: ACCOUNT };
    },
    logout: async (_request, ctx) => {
      seen.push(ctx.metadata.get("authorization"));
      return {};
    },
  });
  const account = { accountId: ACCOUNT_ID, username: "alice", createdAt: new Date(1_700_000_000_000) };
  const expiresAt = new Date(1_900_000_000_000);
  t.same(await client.register(ALICE), account);
  t.same(await client.login(ALICE), { account, token: TOKEN, sessionId: "", expiresAt });
  const sessionCreatedAt = new Date(1_700_000_000_000);
  t.same(await client.whoAmI(TOKEN), { account, sessionId: "", sessionCreatedAt, expiresAt });
  t.equal(await client.logout(TOKEN), undefined);
  t.same(seen, [["alice", ALICE.password, 16], `Bearer ${TOKEN}`]);
});

t.test("register repeats once, under the same request id, when the connection breaks after it was sent", async (t) => {
  const ids: string[] = [];
  const { client } = await relayed(t, 1, ids);
  t.equal((await client.register(ALICE)).username, "alice");
  t.equal(ids.length, 2);
  t.equal(ids[0], ids[1]);
});

t.test("register gives up when the second attempt breaks too", async (t) => {
  const ids: string[] = [];
  const { client } = await relayed(t, 9, ids);
  await t.rejects(client.register(ALICE), { code: "connection_lost" });
  t.equal(ids.length, 2);
});

t.test("another registration has another request id", async (t) => {
  const ids: string[] = [];
  const { client } = await relayed(t, 0, ids);
  await client.register(ALICE);
  await client.register(ALICE);
  t.equal(new Set(ids).size, 2);
});

t.test("an answer from the server is not repeated", async (t) => {
  let calls = 0;
  const { client } = await connected(t, {
    register: async () => {
      calls++;
      throw new RpcError(StatusCode.ALREADY_EXISTS, "taken");
    },
  });
  await t.rejects(client.register(ALICE), { code: "name_taken", field: "username" });
  t.equal(calls, 1);
});

const UNUSABLE: Readonly<Record<string, Partial<AccountHandlers>>> = {
  "no account": { login: async () => ({ sessionToken: TOKEN }) },
  "an account id of the wrong length": {
    login: async () => ({ account: { ...ACCOUNT, accountId: new Uint8Array(3) } }),
  },
  "no token": { login: async () => ({ account: ACCOUNT }) },
  "a token that would break a header": { login: async () => ({ account: ACCOUNT, sessionToken: `${TOKEN}\r\nx: y` }) },
  "a time past the end of time": {
    login: async () => ({ account: ACCOUNT, sessionToken: TOKEN, expiresAtMs: 2n ** 64n - 1n }),
  },
};
for (const [what, handlers] of Object.entries(UNUSABLE)) {
  t.test(`an answer with ${what} is a typed error`, async (t) => {
    const { client } = await connected(t, handlers);
    await t.rejects(client.login(ALICE), { code: "bad_answer" });
  });
}

t.test("a call that takes too long ends in time", async (t) => {
  const { client } = await connected(t, { login: () => new Promise(() => undefined) }, { timeoutMs: 2_000 });
  await t.rejects(client.login(ALICE), { code: "timed_out", status: "DEADLINE_EXCEEDED" });
});

t.test("aborting ends the call", async (t) => {
  const interruption = new AbortController();
  const { client } = await connected(
    t,
    {
      login: () => {
        interruption.abort();
        return new Promise(() => undefined);
      },
    },
    { signal: interruption.signal },
  );
  await t.rejects(client.login(ALICE), { code: "interrupted" });
});

t.test("an authority that did not make the certificate is not enough", async (t) => {
  const server = await startStandIn({});
  const other = await startStandIn({});
  t.teardown(() => Promise.all([server.close(), other.close()]));
  const { host, port } = server;
  await t.rejects(AccountClient.connect({ host, port, tls: { ca: other.ca } }), { code: "server_not_trusted" });
  await t.rejects(AccountClient.connect({ host, port }), { code: "server_not_trusted" });
});

t.test("after close, calls fail with a typed error", async (t) => {
  const { client } = await connected(t, {});
  await client.close();
  await t.rejects(client.login(ALICE), { name: "ClientError", code: "connection_lost" });
});

async function connected(
  t: Test,
  handlers: Partial<AccountHandlers>,
  options: { timeoutMs?: number; signal?: AbortSignal } = {},
) {
  const { host, port, ca, close } = await startStandIn(handlers);
  t.teardown(close);
  const client = await AccountClient.connect({ host, port, tls: { ca }, ...options });
  t.teardown(() => client.close());
  return { client };
}

/** Through a relay that is cut while the first `cuts` registrations are being answered. */
async function relayed(t: Test, cuts: number, ids: string[]) {
  const cutting = { now: () => {} };
  const register: AccountHandlers["register"] = async ({ requestId }) => {
    ids.push(Buffer.from(requestId).toString("hex"));
    if (ids.length <= cuts) cutting.now();
    return { account: ACCOUNT };
  };
  const server = await startStandIn({ register }, { plaintext: true });
  const relay = await startRelay(server.port);
  cutting.now = relay.cut;
  const client = await AccountClient.connect({ host: "127.0.0.1", port: relay.port, plaintext: true });
  t.teardown(async () => {
    await client.close();
    await relay.close();
    await server.close();
  });
  return { client };
}
