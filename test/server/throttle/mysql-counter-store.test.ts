// Counts shared through a database: by two servers, through its absence, and never in the way.

import t, { type Test } from "tap";
import { decodeDatabaseUrl } from "../../../src/server/store/database-url.js";
import { openStore } from "../../../src/server/store/open-store.js";
import { LoginThrottle } from "../../../src/server/throttle/login-throttle.js";
import { MysqlCounterStore } from "../../../src/server/throttle/mysql-counter-store.js";
import { Mariadb } from "../../fixtures/mariadb.js";

const LIMITS = { loginsByNameAndAddress: { attempts: 3, withinS: 600 } };
const HOME = "192.0.2.1";

const mariadb = await Mariadb.start(t);
const store = await openStore(mariadb.url);
t.teardown(() => store.close());

function throttle(t: Test): LoginThrottle {
  const target = decodeDatabaseUrl(mariadb.url);
  if (target.kind !== "mysql") {
    throw new Error("not a MySQL URL");
  }
  const made = new LoginThrottle(new MysqlCounterStore(target), LIMITS);
  t.teardown(() => made.close());
  return made;
}

async function passed(made: LoginThrottle, username: string, times: number): Promise<number> {
  const tries = Array.from({ length: times }, () => made.login({ username, address: HOME }));
  return (await Promise.allSettled(tries)).filter(({ status }) => status === "fulfilled").length;
}

t.test("servers that share a database share their counts, at once too", async (t) => {
  const [one, other] = [throttle(t), throttle(t)];
  const both = await Promise.all([passed(one, "alice", 10), passed(other, "alice", 10)]);
  t.equal(both[0] + both[1], 3);
  await (await one.login({ username: "bobby", address: HOME })).succeeded();
  t.equal(await passed(other, "bobby", 3), 3, "a success is forgotten on both");
});

t.test("what is locked is refused without asking the database", async (t) => {
  const made = throttle(t);
  await passed(made, "carol", 5);
  mariadb.freeze();
  t.teardown(() => mariadb.thaw());
  const error: unknown = await made
    .login({ username: "carol", address: "192.0.2.1" })
    .catch((caught: unknown) => caught);
  t.match(error, { name: "Throttled" });
  mariadb.thaw();
});

t.test("a frozen database holds nobody up for long, and counts go on in memory", async (t) => {
  const made = throttle(t);
  await passed(made, "warm", 1);
  mariadb.freeze();
  t.teardown(() => mariadb.thaw());
  const startedMs = performance.now();
  t.equal(await passed(made, "dave", 50), 3, "counted in memory");
  t.equal(await passed(made, "erin", 50), 3);
  const tookMs = performance.now() - startedMs;
  t.ok(tookMs < 2_500, `100 logins waited ${tookMs.toFixed(0)} ms in all`);
  mariadb.thaw();
});

t.test("a dead database lets people in, and is used again when it is back", async (t) => {
  const [one, other] = [throttle(t), throttle(t)];
  await mariadb.crash();
  t.equal(await passed(one, "frank", 2), 2);
  await mariadb.run();
  const isShared = async (name: string): Promise<boolean> => {
    await passed(one, name, 3);
    return (await passed(other, name, 1)) === 0;
  };
  let tries = 0;
  while (!(await isShared(`grace${tries}`)) && tries < 300) {
    tries += 1;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  t.ok(tries < 300, `shared again after ${tries} tries`);
});
