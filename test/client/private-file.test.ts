// Files that are replaced whole: what a reader and a failure see.
import { chmodSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { PrivateFile } from "../../src/client/private-file.js";

const quiet = () => undefined;

t.test("a file that is not there reads as undefined, and an update may leave it so", async (t) => {
  const folder = t.testdir({});
  const file = new PrivateFile(join(folder, "f"), quiet);
  t.equal(await file.read(), undefined);
  await file.update(() => undefined);
  t.same(readdirSync(folder), []);
});

t.test("a change that fails leaves the old text, no draft and no lock", async (t) => {
  const folder = t.testdir({});
  const file = new PrivateFile(join(folder, "f"), quiet);
  await file.update(() => "old");
  await t.rejects(
    file.update(() => {
      throw new Error("no");
    }),
    { code: "file_unusable" },
  );
  t.equal(readFileSync(file.path, "utf8"), "old");
  t.same(readdirSync(folder), ["f"]);
});

t.test("updates at once each see the one before", async (t) => {
  const file = new PrivateFile(join(t.testdir({}), "f"), quiet);
  await Promise.all(Array.from({ length: 20 }, () => file.update((text = "") => `${text}x`)));
  t.equal(await file.read(), "x".repeat(20));
});

t.test("files set aside get names of their own", async (t) => {
  const folder = t.testdir({});
  const file = new PrivateFile(join(folder, "f"), quiet);
  for (const text of ["one", "two", "three"]) {
    writeFileSync(file.path, text, { mode: 0o600 });
    await file.setAside();
  }
  t.same(readdirSync(folder).sort(), ["f.damaged", "f.damaged-2", "f.damaged-3"]);
  t.equal(readFileSync(join(folder, "f.damaged-3"), "utf8"), "three");
});

t.test("a folder that cannot be written is told with the path", { skip: process.getuid?.() === 0 }, async (t) => {
  const folder = t.testdir({});
  chmodSync(folder, 0o500);
  t.teardown(() => chmodSync(folder, 0o700));
  await t.rejects(
    new PrivateFile(join(folder, "f"), quiet).update(() => "x"),
    { code: "file_unusable" },
  );
});

t.test("folders on the way are made, and a place that takes none is told, not tried for ever", async (t) => {
  const deep = new PrivateFile(join(t.testdir({}), "a", "b", "f"), quiet);
  await deep.update(() => "text");
  t.equal(await deep.read(), "text");
  if (process.platform === "linux") {
    const nowhere = new PrivateFile("/proc/earshot/home/f", quiet);
    await t.rejects(
      nowhere.update(() => "text"),
      { code: "file_unusable" },
    );
  }
});
