// A watched store does what it did, and how each call ended is told.

import { join } from "node:path";
import t from "tap";
import { observedStore, type StoreCall } from "../../../src/server/store/observed-store.js";
import { openStore } from "../../../src/server/store/open-store.js";

t.test("calls are told with their outcome and duration", async (t) => {
  const store = await openStore(join(t.testdir(), "a.db"));
  const calls: StoreCall[] = [];
  const observed = observedStore(store, (call) => calls.push(call));
  t.equal(observed.label, store.label);
  t.equal(await observed.findAccount("alice"), undefined);
  t.same(observed.nodes(), []);
  await observed.probe();
  await observed.close();
  await t.rejects(observed.listSessions(Buffer.alloc(16)), { code: "closed" });
  t.match(calls, [
    { method: "findAccount", error: undefined, durationMs: Number },
    { method: "listSessions", error: { code: "closed" }, durationMs: Number },
  ]);
  t.equal(calls.length, 2);
});
