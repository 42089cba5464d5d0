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
