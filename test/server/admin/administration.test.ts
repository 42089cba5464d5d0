// What an administrator does to accounts: each change once, with its event, and nothing to accounts that are not there.

import { join } from "node:path";
import t, { type Test } from "tap";
import { Administration } from "../../../src/server/admin/administration.js";
import { isAdministrative, newId } from "../../../src/server/audit-event.js";
import { resetCodeHash } from "../../../src/server/reset-code.js";
import { openStore } from "../../../src/server/store/open-store.js";
import { event, newAccount, opened, registered } from "../../contract/store-fixtures.js";

const NOW_MS = 1_795_000_000_500;

async function start(t: Test) {
  const store = await openStore(join(t.testdir(), "a.db"));
  t.teardown(() => store.close());
  return { store, administration: new Administration(store, () => NOW_MS) };
}

t.test("accounts come by name, from one on, no more than asked for", async (t) => {
  const { store, administration } = await start(t);
  for (let index = 0; index < 250; index += 1) {
    await registered(store, { ...newAccount(), username: `user${String(index).padStart(3, "0")}` });
  }
  const names = async (after: string, limit: number): Promise<string[]> => {
    const all: string[] = [];
    for await (const { username } of administration.accounts(after, limit)) {
      all.push(username);
    }
    return all;
  };
  t.equal((await names("", 1_000)).length, 250);
  t.same(await names("user100", 2), ["user101", "user102"]);
  t.equal((await names("", 200)).at(-1), "user199");
  t.same(await names("zzz", 10), []);
});

t.test("disabling and enabling are done once, told once, and end sessions", async (t) => {
  const { store, administration } = await start(t);
  const account = await registered(store, { ...newAccount(), username: "alice" });
  const { tokenHash } = await opened(store, account);
  t.match(await administration.disable("ALICE"), { isNew: true, account: { disabledAtMs: NOW_MS } });
  t.match(await administration.disable("alice"), { isNew: false, account: { disabledAtMs: NOW_MS } });
  t.equal(await store.findSession(tokenHash), undefined);
  t.match(await administration.enable("alice"), { isNew: true, account: { disabledAtMs: undefined } });
  t.match(await administration.enable("alice"), { isNew: false });
  const events = (await store.listEventsOf(account.accountId, Buffer.alloc(16))).filter(isAdministrative);
  t.same(
    events.map(({ kind }) => kind),
    ["disabled", "enabled"],
  );
});

t.test("a reset code is good for the account, and what is stored of it is not the code", async (t) => {
  const { store, administration } = await start(t);
  const account = await registered(store, { ...newAccount(), username: "alice" });
  await opened(store, account, { expiresAtMs: NOW_MS + 1 });
  await opened(store, account, { expiresAtMs: NOW_MS });
  const { code, expiresAtMs } = await administration.reset("alice");
  t.equal(expiresAtMs, NOW_MS + 3_600_000);
  const { resetCode, sessions } = await administration.describe("alice");
  t.same(resetCode?.codeHash, resetCodeHash(code));
  t.equal(sessions.length, 1, "what has expired is not shown");
  const later = new Administration(store, () => expiresAtMs);
  t.equal((await later.describe("alice")).resetCode, undefined);
});

t.test("deletion is of the account that was asked about, and leaves who did it", async (t) => {
  const { store, administration } = await start(t);
  const first = await registered(store, { ...newAccount(), username: "alice" });
  await store.deleteAccount(first.accountId, event("account_deleted", undefined));
  const second = await registered(store, { ...newAccount(), username: "alice", accountId: newId(NOW_MS) });
  await t.rejects(administration.delete(first), { name: "CommandError", message: /deleted meanwhile/ });
  await administration.delete(second);
  t.equal(await store.findAccount("alice"), undefined);
  const events = await store.listEventsOf(second.accountId, Buffer.alloc(16));
  t.match(events, [{ kind: "account_deleted", username: undefined, address: "administrator" }]);
});

t.test("what is not there is told as such, with hostile names made harmless", async (t) => {
  const { administration } = await start(t);
  for (const name of ["nobody", "no", "x".repeat(1_000), "\u001b[31m\n", "' OR 1=1 --", ""]) {
    for (const act of ["describe", "disable", "enable", "reset"] as const) {
      const error = await administration[act](name).catch((caught: unknown) => caught);
      t.match(error, { name: "CommandError", code: "failed", message: /^there is no account "/ });
      t.notMatch(String(error), /\p{Cc}/u);
      t.ok(String(error).length < 250);
    }
  }
});
