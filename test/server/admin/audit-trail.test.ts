// Following the audit trail: each event once, also one that becomes visible late, and through an outage.

import { renameSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { AuditTrail } from "../../../src/server/admin/audit-trail.js";
import { type AuditEvent, newId } from "../../../src/server/audit-event.js";
import { EVENTS_PER_PAGE } from "../../../src/server/store/audit-store.js";
import { openStore } from "../../../src/server/store/open-store.js";
import { StoreError } from "../../../src/server/store/store-error.js";

const NOW_MS = 1_795_000_000_000;
const event = (atMs: number, address: string, accountId = Buffer.alloc(16, 1)): AuditEvent => ({
  eventId: newId(atMs),
  kind: "login",
  atMs,
  accountId,
  username: "alice",
  address,
});

t.test("what there is, from a time on, of all or of one, page after page", async (t) => {
  const store = await openStore(join(t.testdir(), "a.db"));
  t.teardown(() => store.close());
  const count = 2 * EVENTS_PER_PAGE;
  for (let index = 0; index < count; index += 1) {
    await store.recordAudit(event(NOW_MS + index, String(index), Buffer.alloc(16, 1 + (index % 2))));
  }
  const addresses = async (query: ConstructorParameters<typeof AuditTrail>[1]): Promise<string[]> => {
    const all: string[] = [];
    for await (const { address } of new AuditTrail(store, query).events()) {
      all.push(address);
    }
    return all;
  };
  const every = Array.from({ length: count }, (_, index) => String(index));
  t.same(await addresses({ sinceMs: 0 }), every);
  t.same(await addresses({ sinceMs: NOW_MS + 150 }), every.slice(150));
  const one = { sinceMs: NOW_MS + 100, accountId: Buffer.alloc(16, 2) };
  t.same(
    await addresses(one),
    every.slice(100).filter((text) => Number(text) % 2 === 1),
  );
});

t.test(
  "what comes, each once, also what was made before the last and stored after it, and through an outage",
  async (t) => {
    const file = join(t.testdir(), "a.db");
    const store = await openStore(file);
    const stop = new AbortController();
    const outages: (StoreError | undefined)[] = [];
    let isAway = false;
    // As a database that is away answers.
    const shaky = new Proxy(store, {
      get: (target, name) =>
        name === "listEvents" && isAway
          ? () => Promise.reject(new StoreError("unavailable", "x"))
          : Reflect.get(target, name),
    });
    const told = new Promise<void>((resolve) => {
      const trail = new AuditTrail(shaky, { sinceMs: NOW_MS });
      const onOutage = (error: StoreError | undefined): void => {
        outages.push(error);
        isAway = false;
      };
      void (async () => {
        const seen: string[] = [];
        await store.recordAudit(event(NOW_MS - 1, "before"));
        await store.recordAudit(event(NOW_MS + 10, "first"));
        for await (const { address } of trail.follow({ signal: stop.signal, now: () => NOW_MS + 20, onOutage })) {
          seen.push(address);
          if (address === "first") {
            await store.recordAudit(event(NOW_MS + 5, "late"));
          } else if (address === "late") {
            isAway = true;
            await store.recordAudit(event(NOW_MS + 15, "last"));
          } else {
            stop.abort();
          }
        }
        t.same(seen, ["first", "late", "last"]);
        resolve();
      })();
    });
    const alive = setInterval(() => undefined, 1_000);
    await told;
    clearInterval(alive);
    t.match(outages, [{ code: "unavailable" }, undefined]);
    renameSync(file, `${file}.gone`);
    await store.close();
  },
);

t.test("what no waiting cures ends it", async (t) => {
  const store = await openStore(join(t.testdir(), "a.db"));
  await store.close();
  const events = new AuditTrail(store, { sinceMs: 0 }).follow({ signal: new AbortController().signal });
  await t.rejects(events.next(), { code: "closed" });
});
