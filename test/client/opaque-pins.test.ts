// The file of OPAQUE keys and accounts: what is kept, what is refused, and who may write it.
import { randomBytes } from "node:crypto";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { decodeOpaquePins, OpaquePins } from "../../src/client/opaque-pins.js";

const KEY = key();
const OTHER = key();
const DAY = new Date("2026-02-03T04:05:06Z");

t.test("nothing is known of a server until something is kept, and then others know it", async (t) => {
  const { path, pins, warnings } = fixture(t.testdir());
  t.same(await pins.find("a.example:7443"), { serverKey: undefined, names: new Set() });
  await pins.keep("a.example:7443", KEY, "alice", DAY);
  await pins.keep("a.example:7443", KEY, "bob", DAY);
  await pins.keep("[::1]:7443", OTHER, "alice", DAY);
  const others = new OpaquePins(path, () => undefined);
  t.same(await others.find("a.example:7443"), { serverKey: KEY, names: new Set(["alice", "bob"]) });
  t.same(await others.find("[::1]:7443"), { serverKey: OTHER, names: new Set(["alice"]) });
  t.same(await others.find("a.example:7444"), { serverKey: undefined, names: new Set() });
  t.match(
    readFileSync(path, "utf8"),
    `a.example:7443 key ${KEY} 2026-02-03\na.example:7443 name alice 2026-02-03\na.example:7443 name bob 2026-02-03\n`,
  );
  t.equal(statSync(path).mode & 0o777, 0o600);
  t.same(warnings, []);
});

t.test("what is kept twice stands once, and another key is refused", async (t) => {
  const { path, pins } = fixture(t.testdir());
  await pins.keep("a.example:1", KEY, "alice", DAY);
  const before = readFileSync(path, "utf8");
  await pins.keep("a.example:1", KEY, "alice", DAY);
  t.equal(readFileSync(path, "utf8"), before);
  await t.rejects(pins.keep("a.example:1", OTHER, "bob", DAY), { code: "opaque_key_changed" });
  t.equal(readFileSync(path, "utf8"), before);
});

t.test("a name whose server's key line was deleted stays, and takes the next key", async (t) => {
  const { path, pins } = fixture(t.testdir());
  writeFileSync(path, "# mine\r\n a.example:1 name Alice", { mode: 0o600 });
  t.same(await pins.find("a.example:1"), { serverKey: undefined, names: new Set(["alice"]) });
  await pins.keep("a.example:1", KEY, "alice", DAY);
  t.equal(readFileSync(path, "utf8"), `# mine\r\n a.example:1 name Alice\na.example:1 key ${KEY} 2026-02-03\n`);
});

t.test("accounts kept at once are all kept", async (t) => {
  const { path } = fixture(t.testdir());
  const names = Array.from({ length: 20 }, (_, index) => `user${index}`);
  await Promise.all(names.map((name) => new OpaquePins(path, () => undefined).keep("a.example:1", KEY, name, DAY)));
  t.same([...((await fixtureAt(path).find("a.example:1")).names ?? [])].sort(), names.sort());
});

t.test("a file that others can read is closed to them, with a word about it", { skip: !process.getuid }, async (t) => {
  const { path, pins, warnings } = fixture(t.testdir());
  writeFileSync(path, "", { mode: 0o644 });
  await pins.find("a.example:1");
  t.equal(statSync(path).mode & 0o777, 0o600);
  t.equal(warnings.length, 1);
});

const DAMAGED = [
  `a.example key ${KEY}`,
  "a.example:1",
  "a.example:1 key",
  "a.example:1 key short",
  `a.example:1 key ${KEY}x`,
  `a.example:1 pin ${KEY}`,
  "a.example:1 name",
  "a.example:1 name al\x1bice",
  "alice name a.example:1",
  `good.example:1 key ${KEY} 2026-01-01 and words\ngood.example:1 key ${OTHER}`,
];
for (const damaged of DAMAGED) {
  t.test(
    `a line that is not understood is an error with its number: ${JSON.stringify(damaged).slice(0, 30)}`,
    async (t) => {
      const lines = damaged.split("\n").length;
      t.throws(() => decodeOpaquePins(`# comment\n${damaged}\n`, "FILE"), {
        code: "server_not_trusted",
        message: new RegExp(`^FILE, line ${lines + 1} `),
      });
    },
  );
}

function key(): string {
  return Buffer.concat([Uint8Array.of(2), randomBytes(32)]).toString("base64");
}

function fixtureAt(path: string): OpaquePins {
  return new OpaquePins(path, () => undefined);
}

function fixture(folder: string) {
  const path = join(folder, "opaque_accounts");
  const warnings: string[] = [];
  return { path, warnings, pins: new OpaquePins(path, (text) => warnings.push(text)) };
}
