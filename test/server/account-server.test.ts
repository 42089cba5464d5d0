// What the server as a whole refuses to start with.

import { join } from "node:path";
import t from "tap";
import { OpaqueServer } from "../../src/opaque/opaque-server.js";
import { createAccountServer } from "../../src/server/account-server.js";
import { openStore } from "../../src/server/store/open-store.js";
import { StoreError } from "../../src/server/store/store-error.js";
import { OpaqueAccounts } from "../fixtures/opaque-accounts.js";

t.test("a database with OPAQUE accounts is not served without their keys", async (t) => {
  const database = join(t.testdir(), "earshot.db");
  const keys = OpaqueServer.newKeys();
  const running = await OpaqueAccounts.start(t, { database, keys });
  const starts = async (opaqueKeys: typeof keys | undefined): Promise<void> => {
    const server = await createAccountServer({ database, plaintext: true, opaqueKeys });
    await server.close({ graceMs: 0 });
  };
  await t.resolves(starts(undefined), "as long as there are none");
  await t.resolves(starts(OpaqueServer.newKeys()));
  await running.register("alice");
  await t.rejects(starts(undefined), { name: "CommandError", message: /no OPAQUE keys: bring back the file/ });
  await t.rejects(starts(OpaqueServer.newKeys()), { name: "CommandError", message: /other OPAQUE keys/ });
  await t.resolves(starts(keys));
});

t.test("a database that cannot say whether it holds OPAQUE accounts is not served either", async (t) => {
  const database = join(t.testdir(), "earshot.db");
  const keys = OpaqueServer.newKeys();
  await (await OpaqueAccounts.start(t, { database, keys })).register("alice");
  const findHashLike = async () => {
    throw new StoreError("timeout", "no answer");
  };
  const store = { ...(await openStore(database)), findHashLike };
  const other = OpaqueServer.newKeys();
  await t.rejects(createAccountServer({ database: store, plaintext: true, opaqueKeys: other }), { code: "timeout" });
});

t.test("who finds the keys is told whether accounts need those that there were", async (t) => {
  const database = join(t.testdir(), "earshot.db");
  const keys = OpaqueServer.newKeys();
  const running = await OpaqueAccounts.start(t, { database, keys });
  const answers: boolean[] = [];
  const start = async (): Promise<void> => {
    const opaqueKeys = async (isNeeded: () => Promise<boolean>) => {
      answers.push(await isNeeded());
      return keys;
    };
    await (await createAccountServer({ database, plaintext: true, opaqueKeys })).close({ graceMs: 0 });
  };
  await start();
  await running.register("alice");
  await start();
  t.same(answers, [false, true]);
  const failing = async () => {
    throw new Error("no keys");
  };
  await t.rejects(createAccountServer({ database, plaintext: true, opaqueKeys: failing }), { message: "no keys" });
});
