// What every account store must do about audit events.

import { randomBytes } from "node:crypto";
import { type AuditEvent, type AuditKind, firstId } from "../../src/server/audit-event.js";
import { EVENTS_PER_PAGE } from "../../src/server/store/audit-store.js";
import { type ContractPart, event, hex, NOW_MS, registered } from "./store-fixtures.js";

export const keepsAudit: ContractPart = async (t, { store, database: { rows } }) => {
  await t.test("an audit event is stored once, however often it is written", async (t) => {
    const failed = event("login_failed", undefined);
    await Promise.all([store.recordAudit(failed), store.recordAudit(failed), store.recordAudit(failed)]);
    const found = (await rows("audit_events")).filter((row) => hex(row["event_id"]) === hex(failed.eventId));
    t.equal(found.length, 1);
    t.match(found[0], { kind: "login_failed", account_id: null, username: null, address: "192.0.2.1" });
    t.equal(Number(found[0]?.["at_ms"]), NOW_MS);
  });

  await t.test("an address of any length is kept, cut", async (t) => {
    const long = { ...event("login_failed", undefined), address: "x".repeat(500) };
    await t.resolves(store.recordAudit(long));
  });

  await t.test("purging takes old failed logins, and no other events", async (t) => {
    const at = (kind: AuditKind, atMs: number): AuditEvent => event(kind, undefined, atMs);
    const old = at("login_failed", NOW_MS - 1_001);
    const kept = [at("login_failed", NOW_MS - 1_000), at("login", NOW_MS - 1_001), at("logout", NOW_MS - 1_001)];
    for (const one of [old, ...kept]) {
      await store.recordAudit(one);
    }
    await store.purgeFailures(NOW_MS - 1_000);
    const left = new Set((await rows("audit_events")).map((row) => hex(row["event_id"])));
    t.notOk(left.has(hex(old.eventId)));
    t.ok(kept.every(({ eventId }) => left.has(hex(eventId))));
  });
};

export const listsEvents: ContractPart = async (t, { store }) => {
  await t.test("the events of one account are listed in pages, in the order of their ids", async (t) => {
    const [account, other] = [await registered(store), await registered(store)];
    const sessionId = randomBytes(16);
    const made = Array.from({ length: EVENTS_PER_PAGE + 20 }, (_, index) => ({
      ...event("login", account, NOW_MS + (index % 7)),
      sessionId,
    }));
    await Promise.all(made.map((one) => store.recordAudit(one)));
    await store.recordAudit(event("logout", other, NOW_MS + 3));
    const first = await store.listEventsOf(account.accountId, firstId(NOW_MS));
    t.equal(first.length, EVENTS_PER_PAGE);
    const rest = await store.listEventsOf(account.accountId, first.at(-1)?.eventId ?? firstId(0));
    const listed = [...first, ...rest];
    const [, ...ids] = made.map(({ eventId }) => hex(eventId)).sort();
    const logins = listed.filter(({ kind }) => kind === "login");
    t.same(logins.map(({ eventId }) => hex(eventId)).slice(1), ids);
    t.same(
      listed.map(({ eventId }) => hex(eventId)),
      listed.map(({ eventId }) => hex(eventId)).sort(),
    );
    t.match(logins[0], { username: account.username, accountId: account.accountId, sessionId, address: "192.0.2.1" });
    t.same(await store.listEventsOf(account.accountId, firstId(NOW_MS + 8)), []);
  });

  await t.test("the events of all are listed too, those of no account among them", async (t) => {
    const begun = NOW_MS + 1_000_000;
    const [failed, known] = [
      event("login_failed", undefined, begun),
      event("login", await registered(store), begun + 1),
    ];
    await store.recordAudit(known);
    await store.recordAudit(failed);
    t.same(await store.listEvents(firstId(begun)), [
      { ...failed, sessionId: undefined },
      { ...known, sessionId: undefined },
    ]);
    t.same(await store.listEvents(known.eventId), []);
  });
};
