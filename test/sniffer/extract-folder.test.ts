import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { ExtractFolder } from "../../src/sniffer/extract-folder.js";
import { conversation } from "./tls/watched-talk.js";

t.test("more conversations than files can be open are all written", async (t) => {
  const out = t.testdir({});
  const folder = new ExtractFolder(join(out, "x"));
  const talks = Array.from({ length: 300 }, (_, id) => ({ ...conversation(), id }));
  for (const text of ["first ", "second"]) {
    for (const talk of talks) {
      folder.push({ kind: "bytes", conversation: talk, side: "client", offset: 0, bytes: Buffer.from(text), frame: 1 });
    }
  }
  folder.finish();
  for (const { id } of talks) t.equal(readFileSync(join(out, `x/${id}.client`), "utf8"), "first second");
  t.equal(readFileSync(join(out, "x/299.server"), "utf8"), "");
});

t.test("a folder that cannot be made is refused with words, and folders above it are made", async (t) => {
  if (process.platform === "linux") {
    t.throws(() => new ExtractFolder("/proc/nothing-here/x"), { name: "RunError", message: /cannot make the folder/ });
  }
  const out = t.testdir({ file: "" });
  t.throws(() => new ExtractFolder(join(out, "file/x")), { name: "RunError" });
  new ExtractFolder(join(out, "a/b/c"));
  t.ok(statSync(join(out, "a/b/c")).isDirectory());
});
