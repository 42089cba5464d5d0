// The key log: appended to, closed to others, and refused before a connection when it cannot be written.
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { openKeyLog } from "../../src/client/key-log.js";

t.test("lines are appended to a file that only its owner reads", async (t) => {
  const path = join(t.testdir({}), "keys");
  writeFileSync(path, "CLIENT_RANDOM earlier\n", { mode: 0o644 });
  const log = openKeyLog(path);
  log(Buffer.from("CLIENT_RANDOM a b\n"));
  log(Buffer.from("CLIENT_RANDOM c d\n"));
  t.equal(readFileSync(path, "utf8"), "CLIENT_RANDOM earlier\nCLIENT_RANDOM a b\nCLIENT_RANDOM c d\n");
  t.equal(statSync(path).mode & 0o777, 0o600);
});

t.test("a file that cannot be written is told at once", async (t) => {
  t.throws(() => openKeyLog(join(t.testdir({}), "no", "such", "folder")), { code: "file_unusable" });
});
