// The file of an export: whole or not there, one's own, and never in the place of another by mistake.
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { ExportFile } from "../../../src/client/commands/export-file.js";

t.test("a new file is for its owner alone", async (t) => {
  const path = join(t.testdir({}), "new.json");
  const file = await ExportFile.create(path, false);
  await file.write("a");
  await file.write("b");
  await file.finish();
  t.equal(readFileSync(path, "utf8"), "ab");
  t.equal(statSync(path).mode & 0o777, 0o600);
});

t.test("a new one has its name only when it is whole, and never the name of a file made meanwhile", async (t) => {
  const folder = t.testdir({});
  const path = join(folder, "new.json");
  const file = await ExportFile.create(path, false);
  await file.write("half");
  t.notOk(readdirSync(folder).includes("new.json"));
  writeFileSync(path, "of somebody else");
  await t.rejects(file.finish(), { code: "file_unusable", message: /--force/ });
  await file.discard();
  t.equal(readFileSync(path, "utf8"), "of somebody else");
  t.same(readdirSync(folder), ["new.json"]);
});

t.test("one that failed leaves nothing behind", async (t) => {
  const folder = t.testdir({});
  const file = await ExportFile.create(join(folder, "new.json"), false);
  await file.write("half");
  await file.discard();
  t.same(readdirSync(folder), []);
});

t.test("a file that exists stays unless it is to be replaced, and until the new one is whole", async (t) => {
  const folder = t.testdir({ "old.json": "old" });
  const path = join(folder, "old.json");
  await t.rejects(ExportFile.create(path, false), { code: "file_unusable", message: /--force/ });
  const failed = await ExportFile.create(path, true);
  await failed.write("half");
  t.equal(readFileSync(path, "utf8"), "old");
  await failed.discard();
  t.same(readdirSync(folder), ["old.json"]);
  const file = await ExportFile.create(path, true);
  await file.write("new");
  await file.finish();
  t.equal(readFileSync(path, "utf8"), "new");
  t.equal(statSync(path).mode & 0o777, 0o600);
  t.same(readdirSync(folder), ["old.json"]);
});

t.test("folders, links and places that cannot be written are told apart from files", async (t) => {
  const folder = t.testdir({});
  mkdirSync(join(folder, "folder"));
  writeFileSync(join(folder, "target"), "kept");
  symlinkSync(join(folder, "target"), join(folder, "link"));
  for (const name of ["folder", "link"]) {
    await t.rejects(ExportFile.create(join(folder, name), true), { code: "file_unusable", message: /no plain file/ });
  }
  await t.rejects(ExportFile.create(join(folder, "none", "x"), true), { code: "file_unusable", message: /ENOENT/ });
});
