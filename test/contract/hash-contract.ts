// What every account store must do about kinds of hashes: tell those that are of no known kind.

import type { ContractPart } from "./store-fixtures.js";
import { event, newAccount } from "./store-fixtures.js";

const PRESENT = "$scrypt$ln=4,r=8,p=1$";
const OLD = "$scrypt$ln=3,r=8,p=1$";
const OLDER = "$scrypt$ln=2,r=8,p=3$";

export const tellsHashKinds: ContractPart = async (t, { store }) => {
  await t.test("hashes of unknown kinds are found, one after the other, until all are known", async (t) => {
    for (const prefix of [PRESENT, OLD, OLDER, OLD]) {
      const account = { ...newAccount(), passwordHash: `${prefix}AAAA$BBBB` };
      await store.register(account, event("registered", account));
    }
    const known = [PRESENT];
    for (let found = await store.findHashUnlike(known); found !== undefined && known.length < 4; ) {
      known.push(`${found.split("$").slice(0, 3).join("$")}$`);
      found = await store.findHashUnlike(known);
    }
    t.same([...known].sort(), [OLDER, OLD, PRESENT].sort());
  });
  await t.test("a hash of one kind is found, unless all of that kind are of a finer one", async (t) => {
    const [mine, others] = ["$opaque-p256$k=00$", "$opaque-p256$k=11$"];
    t.equal(await store.findHashLike("$opaque-p256$", mine), undefined);
    for (const prefix of [mine, others]) {
      const account = { ...newAccount(), passwordHash: `${prefix}AAAA` };
      await store.register(account, event("registered", account));
      const found = prefix === mine ? undefined : `${prefix}AAAA`;
      t.equal(await store.findHashLike("$opaque-p256$", mine), found);
    }
    t.match(await store.findHashLike("$opaque-p256$", ""), /^\$opaque-p256\$k=(00|11)\$AAAA$/);
    t.equal(await store.findHashLike("$other$", ""), undefined);
  });
};
