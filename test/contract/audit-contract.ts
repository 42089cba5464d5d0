// What every account store must do about audit events.

import type { AuditEvent, AuditKind } from "../../src/server/audit-event.js";
import { type ContractPart, event, hex, NOW_MS } from "./store-fixtures.js";

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
