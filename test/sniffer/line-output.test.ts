import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { LineOutput } from "../../src/sniffer/line-output.js";

t.test("text is kept until there is enough or it is flushed, and comes out whole", async (t) => {
  const path = join(t.testdir({}), "out");
  const fd = openSync(path, "w");
  const output = new LineOutput(fd);
  output.write("é small\n");
  t.equal(readFileSync(path, "utf8"), "");
  output.write("x".repeat(70_000));
  t.equal(readFileSync(path, "utf8").length, 70_008);
  output.write("end");
  output.flush();
  output.flush();
  t.match(readFileSync(path, "utf8"), /^é small\nx+end$/);
  t.equal(output.closed, false);
  closeSync(fd);
});

t.test("a full disk is told once, in words, and nothing is written after it", async (t) => {
  if (process.platform !== "linux") return;
  const fd = openSync("/dev/full", "w");
  const output = new LineOutput(fd);
  output.write("lost");
  t.throws(() => output.flush(), { name: "RunError", message: /cannot write to .*the disk is full/ });
  output.write("more");
  output.flush();
  t.equal(output.closed, true);
  closeSync(fd);
});
