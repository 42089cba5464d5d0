import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { KeyLogFile } from "../../src/sniffer/key-log-file.js";

t.test("a key log is read on as it grows", async (t) => {
  const path = join(t.testdir({ keys: "one\ntw" }), "keys");
  const file = new KeyLogFile(path);
  t.equal(file.read(), "one\ntw");
  t.equal(file.read(), "");
  appendFileSync(path, `o\n${"x".repeat(200_000)}`);
  t.equal(file.read().length, 200_002);
  t.throws(() => new KeyLogFile("/nonexistent/x").read(), { name: "RunError", message: /cannot read/ });
});

t.test("a pipe is read once, to its end", async (t) => {
  const path = join(t.testdir({}), "keys");
  execFileSync("mkfifo", [path]);
  const writer = spawn("sh", ["-c", 'printf one > "$0"', path]);
  const file = new KeyLogFile(path);
  t.equal(file.read(), "one");
  t.equal(file.read(), "", "without waiting for another writer");
  await once(writer, "close");
});
