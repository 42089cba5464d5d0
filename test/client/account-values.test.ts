// The library's calls about sessions, passwords and events, against a server whose answers are chosen.
import t, { type Test } from "tap";
import { AccountClient } from "../../src/client/account-client.js";
import {
  AccountDisabled,
  InvalidField,
  SecurityEvent_Kind as Kind,
  InvalidField_Reason as Reason,
} from "../../src/gen/earshot/accounts/v1/accounts.js";
import { packDetail, RpcError, StatusCode } from "../../src/rpc/index.js";
import { ACCOUNT, ACCOUNT_ID, type AccountHandlers, startStandIn, TOKEN } from "./stand-in-server.js";

const MS = 1_700_000_000_000;
const AT = new Date(MS);
const SESSION_ID = "0f".repeat(16);
const SESSION = {
  sessionId: Buffer.from(SESSION_ID, "hex"),
  createdAtMs: BigInt(MS),
  lastUsedAtMs: BigInt(MS),
  expiresAtMs: BigInt(MS),
  address: "192.0.2.1\u001b[2J",
  current: true,
};
const LISTED = {
  sessionId: SESSION_ID,
  createdAt: AT,
  lastUsedAt: AT,
  expiresAt: AT,
  isCurrent: true,
};
const EVENT_ID = "ab".repeat(16);
const EVENT = { eventId: Buffer.from(EVENT_ID, "hex"), kind: Kind.KIND_LOGIN_FAILED, atMs: BigInt(MS), address: "::1" };

t.test("sessions are listed, revoked and ended as they were asked to be", async (t) => {
  const seen: unknown[] = [];
  const client = await connected(t, {
    listSessions: async () => ({ sessions: [SESSION] }),
    revokeSession: async ({ sessionId }, ctx) => {
      seen.push([Buffer.from(sessionId).toString("hex"), ctx.metadata.get("authorization")]);
      return {};
    },
    logoutEverywhere: async ({ keepCurrent }) => {
      seen.push(keepCurrent);
      return {};
    },
  });
  const [listed] = await client.listSessions(TOKEN);
  t.match(listed, LISTED);
  t.notMatch(listed?.address, "\u001b", "nothing that could garble a terminal");
  await client.revokeSession(TOKEN, SESSION_ID.toUpperCase());
  await client.logoutEverywhere(TOKEN);
  await client.logoutEverywhere(TOKEN, { keepCurrent: true });
  t.same(seen, [[SESSION_ID, `Bearer ${TOKEN}`], false, true]);
});

t.test("what can be no session id is refused before anything is sent", async (t) => {
  const client = await connected(t, {});
  for (const id of ["", "0f", "x".repeat(32), `${SESSION_ID}00`]) {
    await t.rejects(client.revokeSession(TOKEN, id), { code: "invalid_field", field: "session_id" });
  }
});

t.test("passwords are changed and reset with what was given", async (t) => {
  const seen: unknown[] = [];
  const note = (...given: unknown[]) => {
    seen.push(...given);
    return {};
  };
  const client = await connected(t, {
    changePassword: async ({ currentPassword, newPassword }) => note(currentPassword, newPassword),
    resetPassword: async ({ username, code, newPassword }, ctx) =>
      note(username, code, newPassword, ctx.metadata.get("authorization")),
    deleteAccount: async ({ password }) => note(password),
  });
  await client.changePassword(TOKEN, { currentPassword: "old", newPassword: "new" });
  await client.resetPassword({ username: "alice", code: "AB-CD", newPassword: "newer" });
  await client.deleteAccount(TOKEN, "newest");
  t.same(seen, ["old", "new", "alice", "AB-CD", "newer", undefined, "newest"]);
});

t.test("an export gives its parts, and leaves out those of a later version", async (t) => {
  const account = { account: ACCOUNT, requestId: Buffer.from("0a", "hex"), passwordChanges: 2n, logins: 3n };
  const client = await connected(t, {
    async *exportAccount() {
      yield { part: { $case: "account", value: account } };
      yield {};
      yield { part: { $case: "session", value: SESSION } };
      yield { part: { $case: "event", value: EVENT } };
    },
  });
  const parts = [];
  for await (const part of client.exportAccount(TOKEN)) parts.push(part);
  t.match(parts, [
    {
      kind: "account",
      account: { accountId: ACCOUNT_ID, requestId: "0a", passwordChanges: 2, logins: 3, lastLoginAt: undefined },
    },
    { kind: "session", session: LISTED },
    { kind: "event", event: { eventId: EVENT_ID, kind: "login_failed", at: AT, address: "::1", sessionId: undefined } },
  ]);
  t.equal(parts.length, 3);
});

t.test("watching goes on beyond the time of a call, from the time given, and ends with a typed error", async (t) => {
  const asked: bigint[] = [];
  const client = await connected(
    t,
    {
      async *watch({ sinceMs }) {
        asked.push(sinceMs);
        yield { event: EVENT };
        await new Promise((resolve) => setTimeout(resolve, 2_200));
        yield { event: { ...EVENT, kind: Kind.UNRECOGNIZED } };
        throw new RpcError(StatusCode.UNAUTHENTICATED, "over");
      },
    },
    { timeoutMs: 2_000 },
  );
  const kinds: string[] = [];
  const all = async (since?: Date) => {
    for await (const { kind } of client.watch(TOKEN, since === undefined ? {} : { since })) kinds.push(kind);
  };
  await t.rejects(all(AT), { code: "session_ended" });
  t.same(kinds, ["login_failed", "unspecified"]);
  for await (const { kind } of client.watch(TOKEN)) {
    t.equal(kind, "login_failed", "and may be left");
    break;
  }
  t.same(asked, [BigInt(MS), 0n]);
});

const WRONG = { field: "current_password", reason: Reason.REASON_WRONG, description: "" };
const REFUSALS: readonly (readonly [string, RpcError, (client: AccountClient) => Promise<unknown>, object])[] = [
  [
    "a wrong present password",
    new RpcError(StatusCode.PERMISSION_DENIED, "no", { details: [packDetail(InvalidField, WRONG)] }),
    (client) => client.changePassword(TOKEN, { currentPassword: "a", newPassword: "b" }),
    { code: "wrong_password", field: "current_password", status: "PERMISSION_DENIED" },
  ],
  [
    "a disabled account",
    new RpcError(StatusCode.PERMISSION_DENIED, "no", { details: [packDetail(AccountDisabled, { disabledAtMs: 1n })] }),
    (client) => client.login({ username: "alice", password: "b" }),
    { code: "account_disabled", status: "PERMISSION_DENIED" },
  ],
  [
    "a code that is no good",
    new RpcError(StatusCode.UNAUTHENTICATED, "no"),
    (client) => client.resetPassword({ username: "alice", code: "a", newPassword: "b" }),
    { code: "bad_code", status: "UNAUTHENTICATED" },
  ],
  [
    "a session that is not there",
    new RpcError(StatusCode.NOT_FOUND, "no"),
    (client) => client.revokeSession(TOKEN, SESSION_ID),
    { code: "no_such_session", status: "NOT_FOUND" },
  ],
];
for (const [what, thrown, call, expected] of REFUSALS) {
  t.test(`${what} is a typed error`, async (t) => {
    const refuse = async () => {
      throw thrown;
    };
    const client = await connected(t, {
      changePassword: refuse,
      login: refuse,
      resetPassword: refuse,
      revokeSession: refuse,
    });
    await t.rejects(call(client), { name: "ClientError", ...expected });
  });
}

t.test("ids and times that can be none are typed errors", async (t) => {
  const client = await connected(t, {
    listSessions: async () => ({ sessions: [{ ...SESSION, sessionId: Buffer.alloc(3) }] }),
    watch: () => [{}],
    exportAccount: () => [{ part: { $case: "event", value: { ...EVENT, atMs: 2n ** 64n - 1n } } }],
  });
  await t.rejects(client.listSessions(TOKEN), { code: "bad_answer" });
  await t.rejects(client.watch(TOKEN).next(), { code: "bad_answer" });
  await t.rejects(client.exportAccount(TOKEN).next(), { code: "bad_answer" });
});

async function connected(t: Test, handlers: Partial<AccountHandlers>, options: { timeoutMs?: number } = {}) {
  const { host, port, close } = await startStandIn(handlers, { plaintext: true });
  const client = await AccountClient.connect({ host, port, plaintext: true, ...options });
  t.teardown(async () => {
    await client.close();
    await close();
  });
  return client;
}
