// 500 logins at once: the memory of hashing stays within its budget, other calls go on, and who is turned away is told when to come.

import t from "tap";
import { StatusCode } from "../../../src/rpc/index.js";
import { scryptMemoryBytes } from "../../../src/server/password/phc-string.js";
import { failure, GuardedServer, PASSWORD, retryAfterMs, WRONG } from "../../fixtures/guarded-server.js";

const FLOOD = 500;
const MIB = 1024 * 1024;
const COST = { ln: 15, r: 8, p: 1 };
const BUDGET_BYTES = 3 * scryptMemoryBytes(COST);
/** For all that is no hash: the calls themselves, and garbage. */
const OTHER_BYTES = 96 * MIB;

t.test(`a flood of ${FLOOD} logins`, async (t) => {
  const server = await GuardedServer.start(t, { hashing: { cost: COST, memoryBudgetBytes: BUDGET_BYTES } });
  const accounts = await server.client();
  await accounts.register({ username: "alice", password: PASSWORD });
  const { sessionToken } = await accounts.login({ username: "alice", password: PASSWORD });
  const session = { metadata: { authorization: `Bearer ${sessionToken}` } };
  const flooding = await server.client();
  const before = process.memoryUsage().rss;
  let most = before;
  let running = 0;
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss);
    running = Math.max(running, server.hasher.running);
  }, 5);
  t.teardown(() => clearInterval(watch));
  server.asked.length = 0;
  const flood = Array.from({ length: FLOOD }, (_, index) =>
    failure(flooding.login({ username: `user${index}`, password: WRONG })),
  );
  t.equal((await accounts.whoAmI({}, session)).account?.username, "alice", "others go on");
  const errors = await Promise.all(flood);
  clearInterval(watch);
  const refused = errors.filter(({ code }) => code === StatusCode.RESOURCE_EXHAUSTED);
  const served = errors.filter(({ code }) => code === StatusCode.UNAUTHENTICATED);
  t.equal(refused.length + served.length, FLOOD);
  t.ok(served.length > 0 && refused.length > FLOOD / 2, `${served.length} served`);
  t.equal(server.asked.filter((name) => name === "findAccount").length, served.length, "the others are not looked up");
  const times = refused.map(retryAfterMs);
  t.ok(times.every((ms) => ms >= 100 && ms <= 60_000));
  t.ok(new Set(times).size > refused.length / 4, "they are not all told the same time");
  t.ok(running * scryptMemoryBytes(COST) <= BUDGET_BYTES, `${running} at once`);
  t.ok(most - before < BUDGET_BYTES + OTHER_BYTES, `${Math.round((most - before) / MIB)} MiB more`);
});

t.test("who comes when told to is served", async (t) => {
  const server = await GuardedServer.start(t, { hashing: { cost: { ln: 12, r: 8, p: 1 }, maxWaitMs: 50 } });
  const accounts = await server.client();
  const login = async (index: number): Promise<number> => {
    for (let tries = 1; ; tries += 1) {
      const error = await failure(accounts.login({ username: `user${index}`, password: WRONG }));
      if (error.code === StatusCode.UNAUTHENTICATED) {
        return tries;
      }
      await new Promise((resolve) => setTimeout(resolve, retryAfterMs(error)));
    }
  };
  const tries = await Promise.all(Array.from({ length: 20 }, (_, index) => login(index)));
  const mean = tries.reduce((sum, one) => sum + one, 0) / tries.length;
  t.ok(mean < 4, `${mean.toFixed(1)} tries each`);
});
