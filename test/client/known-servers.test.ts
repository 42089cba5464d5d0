// The file of known servers: what is kept, what is refused, and who may write it.
import { createHash } from "node:crypto";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { decodeKnownServers, KnownServers } from "../../src/client/known-servers.js";

const pin = (name: string) => createHash("sha256").update(name).digest("base64");
const DAY = new Date("2026-02-03T04:05:06Z");

t.test("a server is unknown until it is added, and then known to others", async (t) => {
  const { path, servers, warnings } = fixture(t.testdir());
  t.equal(await servers.find("a.example:7443"), undefined);
  await servers.add("a.example:7443", pin("a"), DAY);
  await servers.add("[::1]:7443", pin("b"), DAY);
  const others = new KnownServers(path, () => undefined);
  t.equal(await others.find("a.example:7443"), pin("a"));
  t.equal(await others.find("[::1]:7443"), pin("b"));
  t.equal(await others.find("a.example:7444"), undefined, "another port is another server");
  t.match(readFileSync(path, "utf8"), `a.example:7443 sha256/${pin("a")} 2026-02-03\n`);
  t.equal(statSync(path).mode & 0o777, 0o600);
  t.same(warnings, []);
});

t.test("comments, blank lines and a missing last line end survive an addition", async (t) => {
  const { path, servers } = fixture(t.testdir());
  const before = `# mine\r\n\n  # indented\nb.example:1 sha256/${pin("b")}`;
  writeFileSync(path, before, { mode: 0o600 });
  await servers.add("a.example:7443", pin("a"), DAY);
  t.ok(readFileSync(path, "utf8").startsWith(`${before}\na.example:7443 `));
  t.equal(await servers.find("b.example:1"), pin("b"), "a line without a date counts");
});

t.test("adding the same key twice writes one line, another key is refused", async (t) => {
  const { path, servers } = fixture(t.testdir());
  await servers.add("a.example:1", pin("a"), DAY);
  const before = readFileSync(path, "utf8");
  await servers.add("a.example:1", pin("a"), DAY);
  t.equal(readFileSync(path, "utf8"), before);
  await t.rejects(servers.add("a.example:1", pin("evil"), DAY), { code: "server_identity_changed" });
  t.equal(readFileSync(path, "utf8"), before);
});

t.test("servers added at once are all kept", async (t) => {
  const { path } = fixture(t.testdir());
  const names = Array.from({ length: 20 }, (_, index) => `host${index}.example:1`);
  await Promise.all(names.map((name) => new KnownServers(path, () => undefined).add(name, pin(name), DAY)));
  const kept = decodeKnownServers(readFileSync(path, "utf8"), path);
  for (const name of names) t.equal(kept.get(name), pin(name));
});

t.test("a file that others can read is closed to them, with a word about it", { skip: !process.getuid }, async (t) => {
  const { path, servers, warnings } = fixture(t.testdir());
  writeFileSync(path, "", { mode: 0o644 });
  await servers.find("a.example:1");
  t.equal(statSync(path).mode & 0o777, 0o600);
  t.equal(warnings.length, 1);
});

const DAMAGED = [
  `a.example sha256/${pin("a")}`,
  `a.example:1 md5/${pin("a")}`,
  "a.example:1",
  "a.example:1 sha256/short=",
  `a.example:1 sha256/${pin("a")}x`,
  `sha256/${pin("a")} a.example:1`,
  `good.example:1 sha256/${pin("x")} 2026-01-01 and words\ngood.example:1 sha256/${pin("y")}`,
];
for (const damaged of DAMAGED) {
  t.test(`a line that is not understood is an error with its number: ${damaged.slice(0, 30)}`, async (t) => {
    const lines = damaged.split("\n").length;
    t.throws(() => decodeKnownServers(`# comment\n${damaged}\n`, "FILE"), {
      code: "server_not_trusted",
      message: new RegExp(`^FILE, line ${lines + 1} `),
    });
  });
}

function fixture(folder: string) {
  const path = join(folder, "known_servers");
  const warnings: string[] = [];
  return { path, warnings, servers: new KnownServers(path, (text) => warnings.push(text)) };
}
