// Logins that were begun: each is finished once, in time, and they never become too many.

import { setTimeout as sleep } from "node:timers/promises";
import t from "tap";
import { type PendingLogin, PendingLogins } from "../../../src/server/opaque/pending-logins.js";
import { FREE_ATTEMPT } from "../../../src/server/throttle/login-throttle.js";

function login(): PendingLogin {
  const secret = (): Uint8Array => new Uint8Array(32).fill(7);
  const origin = { peer: { address: "127.0.0.1" }, connection: { id: 1 } };
  return { account: undefined, expectedKe3: secret(), sessionKey: secret(), attempt: FREE_ATTEMPT, origin };
}

t.test("a login is found by its id, once, and by no other", async (t) => {
  const abandoned: PendingLogin[] = [];
  const pending = new PendingLogins({ onAbandoned: (one) => abandoned.push(one) });
  const [one, two] = [login(), login()];
  const [id, other] = [pending.add(one), pending.add(two)];
  t.equal(id.length, 16);
  t.equal(pending.take(id.slice(1)), undefined);
  t.equal(pending.take(new Uint8Array(0)), undefined);
  t.equal(pending.take(other), two);
  t.equal(pending.take(id), one);
  t.equal(pending.take(id), undefined);
  t.equal(pending.size, 0);
  t.same(abandoned, []);
  pending.close();
});

t.test("of too many the oldest are given up, told of, and forgotten", async (t) => {
  const abandoned: PendingLogin[] = [];
  const pending = new PendingLogins({ maxPending: 3, onAbandoned: (one) => abandoned.push(one) });
  const logins = Array.from({ length: 5 }, login);
  const ids = logins.map((one) => pending.add(one));
  t.equal(pending.size, 3);
  t.same(
    abandoned.map((one) => logins.indexOf(one)),
    [0, 1],
  );
  t.same([...(abandoned[0]?.sessionKey ?? [])], new Array(32).fill(0));
  t.same(
    ids.map((id) => logins.indexOf(pending.take(id) ?? login())),
    [-1, -1, 2, 3, 4],
  );
  pending.close();
});

t.test("what nobody finishes is given up, the earlier ones first", async (t) => {
  const abandoned: PendingLogin[] = [];
  let told = (): void => undefined;
  const allTold = new Promise<void>((resolve) => {
    told = resolve;
  });
  const pending = new PendingLogins({
    lifetimeMs: 30,
    onAbandoned: (one) => {
      if (abandoned.push(one) === 2) told();
    },
  });
  const logins = [login(), login(), login()] as const;
  pending.add(logins[0]);
  t.equal(pending.take(pending.add(logins[1])), logins[1]);
  await sleep(10);
  pending.add(logins[2]);
  // The timer holds no process open, so something else must.
  const held = setInterval(() => undefined, 1_000);
  await allTold;
  clearInterval(held);
  t.same(abandoned, [logins[0], logins[2]]);
  t.equal(pending.size, 0);
});
