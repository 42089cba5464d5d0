// What a store says of itself.

import type { ContractPart } from "./store-fixtures.js";
import { NOW_MS, opened, registered } from "./store-fixtures.js";

export const tellsItsCondition: ContractPart = async (t, { store, database: { open } }) => {
  await t.test("a probe succeeds and changes nothing; a closed store's fails", async (t) => {
    const other = await open();
    await t.resolves(other.probe());
    t.ok(other.nodes().every(({ isUp }) => isUp));
    await other.close();
    await t.rejects(other.probe(), { name: "StoreError", code: "closed" });
  });

  await t.test("sessions are counted until they expire", async (t) => {
    const before = await store.countSessions(NOW_MS);
    const account = await registered(store);
    await opened(store, account, { expiresAtMs: NOW_MS + 10 });
    await opened(store, account, { expiresAtMs: NOW_MS + 20 });
    t.equal((await store.countSessions(NOW_MS)) - before, 2);
    t.equal((await store.countSessions(NOW_MS + 10)) - (await store.countSessions(NOW_MS + 20)), 1);
  });
};
