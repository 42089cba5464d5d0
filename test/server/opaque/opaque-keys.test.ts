// The file of the OPAQUE keys: made once, kept private, and never replaced by another.

import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { openOpaqueKeys } from "../../../src/server/opaque/opaque-keys.js";
import { keyIdOf } from "../../../src/server/opaque/opaque-record.js";

t.test("the first run makes it, for its owner alone; all later ones read it", async (t) => {
  const folder = join(t.testdir(), "certs");
  const file = join(folder, "opaque-keys.json");
  const made = await openOpaqueKeys(file);
  t.match(made, { isNew: true, isExposed: false });
  t.equal(statSync(file).mode & 0o777, 0o600);
  const again = await openOpaqueKeys(file);
  t.equal(again.isNew, false);
  t.equal(keyIdOf(again.keys), keyIdOf(made.keys));
  t.same(readdirSync(folder), ["opaque-keys.json"], "nothing is left beside it");
});

t.test("of several that start at once, all have the same keys", async (t) => {
  const file = join(t.testdir(), "opaque-keys.json");
  const opened = await Promise.all(Array.from({ length: 8 }, () => openOpaqueKeys(file)));
  t.equal(new Set(opened.map(({ keys }) => keyIdOf(keys))).size, 1);
  t.equal(opened.filter(({ isNew }) => isNew).length, 1);
});

t.test("a damaged file is told of, and left as it is", async (t) => {
  const file = join(t.testdir(), "opaque-keys.json");
  await openOpaqueKeys(file);
  const whole = readFileSync(file, "latin1");
  const secret = JSON.parse(whole).oprf_seed;
  for (const content of [
    "",
    "{",
    "[]",
    "null",
    whole.slice(0, -20),
    whole.replace("oprf_seed", "seed"),
    " ".repeat(5000),
    ...["private_key", "oprf_seed"].map((name) => changed(whole, name, (key) => `-${key.slice(1)}`)),
    ...["private_key", "oprf_seed"].map((name) => changed(whole, name, (key) => `${key}\n`)),
    ...[0x00, 0xff].map((byte) => changed(whole, "private_key", () => Buffer.alloc(32, byte).toString("base64"))),
  ]) {
    writeFileSync(file, content);
    const error = await openOpaqueKeys(file).then(
      () => undefined,
      (caught: unknown) => caught,
    );
    t.match(error, { name: "CommandError", problem: "damaged", message: /backup/ });
    t.notMatch(String(error), secret);
    t.equal(readFileSync(file, "latin1"), content);
  }
});

t.test("where accounts need the keys that are gone, no others are made", async (t) => {
  const folder = t.testdir();
  const file = join(folder, "opaque-keys.json");
  const isNeeded = async () => true;
  await t.rejects(openOpaqueKeys(file, isNeeded), { name: "CommandError", problem: "missing", message: /backup/ });
  t.same(readdirSync(folder), []);
  await openOpaqueKeys(file);
  t.match(await openOpaqueKeys(file, isNeeded), { isNew: false });
});

t.test("one that others may read is told of", async (t) => {
  const file = join(t.testdir(), "opaque-keys.json");
  await openOpaqueKeys(file);
  chmodSync(file, 0o640);
  t.match(await openOpaqueKeys(file), { isExposed: true, isNew: false });
});

t.test("where it can be neither read nor written, the sentence says what to do", async (t) => {
  const folder = t.testdir();
  mkdirSync(join(folder, "is-a-folder"));
  await t.rejects(openOpaqueKeys(join(folder, "is-a-folder")), { problem: "unreadable", message: /owner and mode/ });
  const noParent = join(folder, "no/such/folder/keys.json");
  await t.rejects(openOpaqueKeys(noParent), { problem: "cannot_write", message: /--opaque-keys/ });
});

/** The file with one of its keys changed. */
function changed(whole: string, name: string, change: (key: string) => string): string {
  const content = JSON.parse(whole);
  return JSON.stringify({ ...content, [name]: change(content[name]) });
}
