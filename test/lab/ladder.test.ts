// The whole path: server, client and sniffer as real programs, on every rung.
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import t from "tap";
import { runLadder } from "../../src/lab/ladder.js";
import { rungs } from "../../src/lab/rung.js";

t.test("every rung shows exactly what it must, and leaves its captures and the page", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "earshot-ladder-test-"));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  let text = "";
  const output = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  const exitCode = await runLadder({ folder, output });
  t.equal(exitCode, 0, text);
  const files = await readdir(folder);
  for (const rung of rungs) t.ok(files.includes(`rung-${rung.number}.pcapng`), `rung ${rung.number} is kept`);
  t.match(await readFile(join(folder, "ladder.html"), "utf8"), `All ${rungs.length} rungs hold.`);
});
