// The lock: one at a time, given back on failure, taken over from the dead.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import t from "tap";
import { withFileLock } from "../../src/client/file-lock.js";

t.test("only one holds the lock at a time", async (t) => {
  const path = join(t.testdir(), "lock");
  let inside = 0;
  let most = 0;
  const work = async () => {
    most = Math.max(most, ++inside);
    await turn();
    inside--;
  };
  await Promise.all(Array.from({ length: 30 }, () => withFileLock(path, work)));
  t.equal(most, 1);
  t.notOk(existsSync(path));
});

t.test("a failure gives the lock back", async (t) => {
  const path = join(t.testdir(), "lock");
  await t.rejects(
    withFileLock(path, async () => {
      throw new Error("inside");
    }),
    { message: "inside" },
  );
  t.equal(await withFileLock(path, async () => "again"), "again");
});

t.test("the lock of a process that died is taken over, by one at a time", async (t) => {
  const folder = t.testdir();
  const path = join(folder, "lock");
  const dead = spawnSync(process.execPath, ["-e", ""]).pid;
  writeFileSync(path, `${dead} 00\n`);
  let inside = 0;
  const results = await Promise.all(
    Array.from({ length: 10 }, () =>
      withFileLock(path, async () => {
        t.equal(++inside, 1);
        await turn();
        inside--;
        return true;
      }),
    ),
  );
  t.equal(results.length, 10);
  t.same(readdirSync(folder), [], "nothing is left behind");
});
