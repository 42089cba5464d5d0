// Who is refused after how many failures, who is not, and what sets it right again.

import t from "tap";
import { LoginThrottle, Throttled } from "../../../src/server/throttle/login-throttle.js";
import { MemoryCounterStore } from "../../../src/server/throttle/memory-counter-store.js";

const LIMITS = {
  loginsByNameAndAddress: { attempts: 3, withinS: 600 },
  loginsByName: { attempts: 6, withinS: 600 },
  loginsByAddress: { attempts: 9, withinS: 600 },
  registrationsByAddress: { attempts: 2, withinS: 600 },
};
const HOME = "192.0.2.1";
const elsewhere = (index: number): string => `198.51.100.${index}`;

const throttle = () => new LoginThrottle(new MemoryCounterStore(), LIMITS);

/** How many of so many failing logins are let through. */
async function fail(made: LoginThrottle, username: string, address: string, times: number): Promise<number> {
  let passed = 0;
  for (let attempt = 0; attempt < times; attempt += 1) {
    passed += (await isLetThrough(made, username, address)) ? 1 : 0;
  }
  return passed;
}

async function isLetThrough(made: LoginThrottle, username: string, address: string): Promise<boolean> {
  return await made.login({ username, address }).then(
    () => true,
    () => false,
  );
}

async function succeed(made: LoginThrottle, username: string, address: string): Promise<void> {
  await (await made.login({ username, address })).succeeded();
}

t.test("after some failures with one name from one address, that pair is refused with the time to wait", async (t) => {
  const made = throttle();
  t.equal(await fail(made, "alice", HOME, 10), 3);
  const error: unknown = await made.login({ username: "alice", address: HOME }).catch((caught: unknown) => caught);
  t.ok(error instanceof Throttled && error.retryAfterMs > 590_000 && error.retryAfterMs <= 600_000, String(error));
  t.ok(await isLetThrough(made, "bobby", HOME), "another name is not");
  t.ok(await isLetThrough(made, "alice", elsewhere(1)), "nor another address");
});

t.test("a program that tries again and again locks its own name out, and nobody else behind its address", async (t) => {
  const made = throttle();
  await fail(made, "alice", HOME, 1_000);
  t.equal(await fail(made, "bobby", HOME, 5), 3);
});

t.test("a thousand at once are not let through together", async (t) => {
  const made = throttle();
  const all = await Promise.all(Array.from({ length: 1_000 }, () => isLetThrough(made, "alice", HOME)));
  t.equal(all.filter(Boolean).length, 3);
});

t.test("a success forgets the failures of that name from that address", async (t) => {
  const made = throttle();
  for (let round = 0; round < 5; round += 1) {
    t.equal(await fail(made, "alice", HOME, 1), 1);
    await succeed(made, "alice", HOME);
  }
  t.equal(await fail(made, "alice", HOME, 10), 3);
  t.equal(await fail(made, "alice", elsewhere(1), 10), 0, "those of the name as a whole are not forgotten");
});

t.test("what was undone does not count", async (t) => {
  const made = throttle();
  for (let attempt = 0; attempt < 30; attempt += 1) {
    await (await made.login({ username: "alice", address: HOME })).undone();
  }
  t.equal(await fail(made, "alice", HOME, 10), 3);
});

t.test("strangers lock a name for strangers, not for its owner where the owner has been", async (t) => {
  const made = throttle();
  await succeed(made, "alice", HOME);
  const passed = [];
  for (let index = 1; index <= 5; index += 1) {
    passed.push(await fail(made, "alice", elsewhere(index), 10));
  }
  t.same(passed, [3, 3, 0, 0, 0]);
  t.ok(await isLetThrough(made, "alice", HOME), "the owner comes in");
  await succeed(made, "alice", HOME);
  t.notOk(await isLetThrough(made, "alice", elsewhere(9)), "and the strangers do not");
});

t.test("one stranger from one address cannot lock a name for others", async (t) => {
  const made = throttle();
  await fail(made, "alice", elsewhere(1), 1_000);
  t.ok(await isLetThrough(made, "alice", elsewhere(2)));
});

t.test("while a name is locked, trying costs its owner nothing for later", async (t) => {
  const store = new MemoryCounterStore();
  const made = new LoginThrottle(store, { ...LIMITS, loginsByName: { attempts: 1, withinS: 600 } });
  await fail(made, "alice", elsewhere(1), 1);
  t.equal(await fail(made, "alice", HOME, 5), 0);
  const other = new LoginThrottle(store, LIMITS);
  t.ok(await isLetThrough(other, "alice", HOME));
});

t.test("an address that fails with many names is refused for all of them; networks of IPv6 count as one", async (t) => {
  const made = throttle();
  let passed = 0;
  for (let index = 0; index < 100; index += 1) {
    passed += await fail(made, `user${index}`, `2001:db8:0:1::${index}`, 1);
  }
  t.equal(passed, 9);
  t.ok(await isLetThrough(made, "user0", "2001:db8:0:2::1"));
});

t.test("who comes by a socket file is not refused for the others who do", async (t) => {
  const made = throttle();
  for (let index = 0; index < 20; index += 1) {
    t.equal(await fail(made, `user${index}`, "unix", 5), 3);
    await made.register("unix");
  }
});

t.test("registrations are counted by address, whether they succeed or not", async (t) => {
  const made = throttle();
  await (await made.register(HOME)).succeeded();
  await (await made.register(HOME)).undone();
  await made.register(HOME);
  await t.rejects(made.register(HOME), Throttled);
  await t.resolves(made.register(elsewhere(1)));
  t.ok(await isLetThrough(made, "alice", HOME), "logins are another matter");
});

t.test("names of any form and length are counted, and none of them is kept", async (t) => {
  const made = throttle();
  for (const username of ["", "\0", "__proto__", "constructor", "\ud800", "josé", "a\nb", "'; DROP TABLE accounts"]) {
    t.equal(await fail(made, username, elsewhere(username.length), 5), 3, JSON.stringify(username));
  }
  t.equal(await fail(made, "x".repeat(1_000_000), HOME, 5), 3);
  t.equal(await fail(made, "y".repeat(33), HOME, 5), 0, "all that are too long count as one");
});

t.test("a flood of invented names and networks does not grow the memory without bound", async (t) => {
  const store = new MemoryCounterStore(500);
  const made = new LoginThrottle(store, LIMITS);
  await fail(made, "alice", HOME, 4);
  for (let index = 0; index < 5_000; index += 1) {
    await isLetThrough(made, `user${index}`, `2001:db8:${(index >> 8).toString(16)}:${index & 0xff}::1`);
  }
  t.notOk(await isLetThrough(made, "alice", HOME), "and does not unlock what is locked");
});
