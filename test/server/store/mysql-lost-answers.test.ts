// Writes to a real MariaDB whose acknowledgement is swallowed: each is done once, and told so.

import { randomBytes } from "node:crypto";
import t from "tap";
import { type AuditEvent, deletionEvent, firstId } from "../../../src/server/audit-event.js";
import { createResetCode } from "../../../src/server/reset-code.js";
import type { AccountRecord, AccountStore } from "../../../src/server/store/account-store.js";
import { openStore } from "../../../src/server/store/open-store.js";
import { event, hex, NOW_MS, newAccount, newSession, opened, registered } from "../../contract/store-fixtures.js";
import { CuttingProxy } from "../../fixtures/cutting-proxy.js";
import { Mariadb } from "../../fixtures/mariadb.js";

interface Scene {
  readonly store: AccountStore;
  readonly account: AccountRecord;
  readonly session: { readonly tokenHash: Uint8Array; readonly sessionId: Uint8Array };
  readonly resetId: Uint8Array;
}

interface Write {
  readonly told: (scene: Scene) => AuditEvent;
  /** What the caller is told, true for done. */
  readonly write: (scene: Scene, told: AuditEvent) => Promise<unknown>;
  /** How often it was done, as the account shows. */
  readonly count?: (scene: Scene) => Promise<number | undefined>;
}

const versions = async ({ store, account }: Scene) => (await store.findAccount(account.username))?.passwordVersion;

const WRITES: Readonly<Record<string, Write>> = {
  openSession: {
    told: ({ account }) => event("login", account),
    write: ({ store, account }, told) => store.openSession(newSession(account), told),
    count: async ({ store, account }) => ((await store.findAccount(account.username))?.loginCount ?? 0) - 1,
  },
  endSession: {
    told: ({ account }) => event("logout", account),
    write: ({ store, session }, told) => store.endSession(session.tokenHash, told),
  },
  revokeSession: {
    told: ({ account }) => event("session_revoked", account),
    write: ({ store, account, session }, told) => store.revokeSession(account.accountId, session.sessionId, told),
  },
  endSessions: {
    told: ({ account }) => event("logged_out_everywhere", account),
    write: async ({ store, account }, told) => (await store.endSessions(account.accountId, told)) === undefined,
  },
  changePassword: {
    told: ({ account }) => event("password_changed", account),
    write: ({ store, account, session }, told) =>
      store.changePassword({ account, passwordHash: "$new", keptTokenHash: session.tokenHash }, told),
    count: async (scene) => ((await versions(scene)) ?? 0) - 1,
  },
  countResetTry: {
    told: ({ account }) => event("reset_tried", account),
    write: ({ store, account, resetId }, told) => store.countResetTry(account.accountId, resetId, told),
    count: async ({ store, account }) => (await store.findResetCode(account.accountId))?.tries,
  },
  resetPassword: {
    told: ({ account }) => event("password_reset", account),
    write: ({ store, account, resetId }, told) => store.resetPassword({ account, resetId, passwordHash: "$new" }, told),
    count: async (scene) => ((await versions(scene)) ?? 0) - 1,
  },
  issueResetCode: {
    told: ({ account }) => event("reset_code_issued", account),
    write: ({ store, account }, told) => store.issueResetCode(createResetCode(account.accountId, NOW_MS).record, told),
  },
  disableAccount: {
    told: ({ account }) => event("disabled", account),
    write: ({ store, account }, told) => store.disableAccount(account.accountId, NOW_MS, told),
  },
  deleteAccount: {
    told: ({ account }) => deletionEvent(account.accountId, NOW_MS),
    write: ({ store, account, session: { tokenHash } }, told) =>
      store.deleteAccount(account.accountId, told, { tokenHash, passwordVersion: 1 }),
  },
};

const mariadb = await Mariadb.start(t);

for (const [name, { told, write, count }] of Object.entries(WRITES)) {
  t.test(`${name} whose acknowledgement is lost is done once`, async (t) => {
    const proxy = await CuttingProxy.start(t, mariadb.port);
    const store = await openStore(mariadb.url.replace(String(mariadb.port), String(proxy.port)));
    t.teardown(() => store.close());
    for (let round = 1; round <= 4; round += 1) {
      const scene = await sceneIn(store);
      const expected = told(scene);
      proxy.cutNextAnswerTo("COMMIT");
      t.equal(await write(scene, expected), true);
      t.equal(proxy.cuts, round, "the answer was swallowed");
      t.equal((await count?.(scene)) ?? 1, 1, "done once");
      const events = await store.listEventsOf(scene.account.accountId, firstId(0));
      t.equal(events.filter(({ eventId }) => hex(eventId) === hex(expected.eventId)).length, 1, "told once");
    }
  });
}

t.test("registrations under one request id, repeated after lost answers, make one account", async (t) => {
  const proxy = await CuttingProxy.start(t, mariadb.port);
  const store = await openStore(mariadb.url.replace(String(mariadb.port), String(proxy.port)));
  t.teardown(() => store.close());
  for (let round = 0; round < 10; round += 1) {
    const first = newAccount();
    const again = { ...newAccount(), username: first.username, requestId: first.requestId };
    proxy.cutNextAnswerTo("COMMIT");
    t.same(await store.register(first, event("registered", first)), { kind: "registered" });
    proxy.cutNextAnswerTo("COMMIT");
    t.match(await store.register(again, event("registered", again)), { kind: "repeated" });
  }
});

async function sceneIn(store: AccountStore): Promise<Scene> {
  const account = await registered(store);
  const session = await opened(store, account, { sessionId: randomBytes(16) });
  const { record } = createResetCode(account.accountId, NOW_MS);
  await store.issueResetCode(record, event("reset_code_issued", account));
  return { store, account, session, resetId: record.resetId };
}
