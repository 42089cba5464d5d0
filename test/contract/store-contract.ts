// What every account store must do. Each driver's own test file runs all of it against the real thing.

import t, { type Test } from "tap";
import { listsAccounts, registers, settlesRaces, survivesStrangeValues } from "./account-contract.js";
import { keepsAudit, listsEvents } from "./audit-contract.js";
import { tellsItsCondition } from "./condition-contract.js";
import { tellsHashKinds } from "./hash-contract.js";
import { changesPasswords, deletesAccounts, disablesAccounts, endsWhatItShould } from "./password-contract.js";
import { keepsResetCodes } from "./reset-code-contract.js";
import { keepsSessions, listsSessions } from "./session-contract.js";
import type { ContractPart, StoreUnderTest } from "./store-fixtures.js";

export type { StoreUnderTest };

export function storeContract(name: string, start: (t: Test) => Promise<StoreUnderTest>): void {
  t.test(`${name} keeps the contract of account stores`, async (t) => {
    const database = await start(t);
    const store = await database.open();
    t.teardown(() => store.close());
    for (const part of PARTS) {
      await part(t, { store, database });
    }
  });
}

const opensAtOnce: ContractPart = async (t, { database: { open, rows } }) => {
  await t.test("several servers may start at once, and again later", async (t) => {
    const stores = await Promise.all(Array.from({ length: 4 }, () => open()));
    await Promise.all(stores.map((one) => one.close()));
    const versions = (await rows("schema_migrations")).map((row) => Number(row["version"]));
    t.same(versions, [...new Set(versions)]);
  });

  await t.test("a store that is closed says so, and may be closed again", async (t) => {
    const store = await open();
    await store.close();
    await t.rejects(store.findAccount("alice"), { name: "StoreError", code: "closed" });
    await t.resolves(store.close());
  });
};

const PARTS: readonly ContractPart[] = [
  tellsHashKinds,
  registers,
  settlesRaces,
  listsAccounts,
  survivesStrangeValues,
  keepsSessions,
  listsSessions,
  changesPasswords,
  endsWhatItShould,
  disablesAccounts,
  deletesAccounts,
  keepsResetCodes,
  keepsAudit,
  listsEvents,
  tellsItsCondition,
  opensAtOnce,
];
