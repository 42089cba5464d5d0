import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { makeFolder } from "../../src/sniffer/new-folder.js";

t.test("a folder and all that it lies in; one that is there is left alone", async (t) => {
  const root = t.testdir({});
  const deep = join(root, "a", "b", "c");
  makeFolder(deep);
  writeFileSync(join(deep, "kept"), "");
  makeFolder(deep);
  t.strictSame(readdirSync(deep), ["kept"]);
  makeFolder(`${join(root, "d", "e")}/`);
  t.ok(existsSync(join(root, "d", "e")));
});

t.test("a file in the way is an error", async (t) => {
  const root = t.testdir({ file: "" });
  t.throws(() => makeFolder(join(root, "file")), { code: "EEXIST" });
  t.throws(() => makeFolder(join(root, "file", "below")), { code: "ENOTDIR" });
});

t.test(
  "where nothing can be made it ends with an error",
  { skip: !existsSync("/proc/self") && "no /proc" },
  async (t) => {
    t.throws(() => makeFolder("/proc/x/y"), { code: "ENOENT" });
  },
);
