// Saved sessions: found again, kept private, never lost to a second writer or to damage.
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { type SavedSession, SessionFile } from "../../src/client/session-file.js";

const SERVER = "127.0.0.1:7443";
const session = (username: string, token = `token-of-${username}`): SavedSession => ({
  username,
  accountId: "00".repeat(16),
  token,
  expiresAt: new Date("2030-01-01T00:00:00Z"),
});

t.test("a session is found by name, and without a name the last login is", async (t) => {
  const { file } = fixture(t.testdir());
  t.equal(await file.find(SERVER), undefined);
  await file.save(SERVER, session("alice"));
  await file.save(SERVER, session("bob"));
  await file.save("other.example:1", session("carol"));
  t.same(await file.find(SERVER), session("bob"));
  t.same(await file.find(SERVER, "Alice"), session("alice"), "names are lower-cased, as the server does");
  t.same(await file.find("other.example:1"), session("carol"));
  t.equal(await file.find(SERVER, "carol"), undefined);
});

t.test("names that objects have by birth are names like others", async (t) => {
  const { file } = fixture(t.testdir());
  t.equal(await file.find("constructor", "__proto__"), undefined);
  await file.save("constructor", session("__proto__"));
  t.same(await file.find("constructor", "__proto__"), session("__proto__"));
});

t.test("the file is private from its first byte, in a private folder, and leaves no draft behind", async (t) => {
  const folder = join(t.testdir(), "new", "earshot");
  const { file, path } = fixture(folder);
  await file.save(SERVER, session("alice"));
  t.equal(statSync(path).mode & 0o777, 0o600);
  t.equal(statSync(folder).mode & 0o777, 0o700);
  t.same(readdirSync(folder), ["sessions.json"]);
});

t.test("a file that others can read is closed to them, with a word about it", async (t) => {
  const { file, path, warnings } = fixture(t.testdir());
  await file.save(SERVER, session("alice"));
  writeFileSync(join(path, "..", "copy"), readFileSync(path), { mode: 0o644 });
  const copy = new SessionFile(join(path, "..", "copy"), (text) => warnings.push(text));
  t.same(await copy.find(SERVER), session("alice"));
  t.equal(statSync(copy.path).mode & 0o777, 0o600);
  t.equal(warnings.length, 1);
  t.match(warnings[0], "could be read by others");
});

t.test("removing forgets that session alone", async (t) => {
  const { file } = fixture(t.testdir());
  await file.save(SERVER, session("alice"));
  await file.save(SERVER, session("bob"));
  await file.remove(SERVER, session("bob"));
  t.equal(await file.find(SERVER), undefined, "nobody is the last login now");
  t.same(await file.find(SERVER, "alice"), session("alice"));
});

t.test("removing an old session leaves a newer login alone", async (t) => {
  const { file } = fixture(t.testdir());
  await file.save(SERVER, session("alice", "new-token"));
  await file.remove(SERVER, session("alice", "old-token"));
  t.equal((await file.find(SERVER))?.token, "new-token");
});

t.test("writers at once lose nothing", async (t) => {
  const { path } = fixture(t.testdir());
  const names = Array.from({ length: 25 }, (_, index) => `user${index}`);
  await Promise.all(names.map((name) => new SessionFile(path, () => undefined).save(SERVER, session(name))));
  const file = new SessionFile(path, () => undefined);
  for (const name of names) t.same(await file.find(SERVER, name), session(name));
});

const DAMAGED: Readonly<Record<string, string>> = {
  "text that is not JSON": '{"version":1,"servers":{"a:1":',
  "an empty file": "",
  "JSON of another shape": "[1,2,3]",
  "a session without a token": '{"version":1,"servers":{"a:1":{"sessions":{"x":{"expires_at":"2030-01-01"}}}}}',
  "a session with a broken time":
    '{"version":1,"servers":{"a:1":{"sessions":{"x":{"token":"t","account_id":"","expires_at":"soon"}}}}}',
};
for (const [what, text] of Object.entries(DAMAGED)) {
  t.test(`${what} is kept aside and reported, and a new file is begun`, async (t) => {
    const { file, path, warnings } = fixture(t.testdir());
    writeFileSync(path, text, { mode: 0o600 });
    t.equal(await file.find(SERVER), undefined);
    t.equal(readFileSync(`${path}.damaged`, "utf8"), text);
    t.notOk(existsSync(path));
    t.equal(warnings.length, 1);
    t.match(warnings[0], `${path}.damaged`);
    writeFileSync(path, text, { mode: 0o600 });
    await file.save(SERVER, session("alice"));
    t.equal(readFileSync(`${path}.damaged-2`, "utf8"), text, "an earlier one is not overwritten");
    t.same(await file.find(SERVER), session("alice"));
  });
}

t.test("a file of a newer client is left alone", async (t) => {
  const { file, path } = fixture(t.testdir());
  const text = '{"version":2,"vault":{}}';
  writeFileSync(path, text, { mode: 0o600 });
  await t.rejects(file.find(SERVER), { code: "file_unusable" });
  await t.rejects(file.save(SERVER, session("alice")), { code: "file_unusable" });
  t.equal(readFileSync(path, "utf8"), text);
});

t.test("a place where nothing can be written is told with its path", async (t) => {
  const folder = t.testdir({ blocker: "a file, not a folder" });
  const { file } = fixture(join(folder, "blocker"));
  await t.rejects(file.save(SERVER, session("alice")), { code: "file_unusable", message: /blocker/ });
});

function fixture(folder: string) {
  const path = join(folder, "sessions.json");
  const warnings: string[] = [];
  return { path, warnings, file: new SessionFile(path, (text) => warnings.push(text)) };
}
