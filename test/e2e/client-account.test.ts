// Sessions and exports of one's own account, by the real client at the real server: mistakes too.
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { json, loggedIn, PASSWORD } from "./client-at-server.js";

t.test("sessions are listed, and revoked by the beginning of an id", async (t) => {
  const { client, home } = await loggedIn(t);
  const laptop = { home: join(home, "laptop") };
  await client("login", "alice", laptop);
  const { sessions } = json(await client("sessions", "--json"));
  t.match(sessions, [
    { session_id: /^[0-9a-f]{32}$/, created_at: /Z$/, last_used_at: /Z$/, address: "127.0.0.1", current: false },
    { current: true },
  ]);
  const [other = "", own = ""] = (sessions as { session_id: string }[]).map(({ session_id }) => session_id);
  const table = await client("sessions");
  t.match(table.stdout, /^SESSION +OPENED \(UTC\) +LAST USED +ADDRESS\n/);
  t.match(table.stdout, new RegExp(`^${own.slice(0, 12)}.* {2}this one$`, "m"));
  t.match(await client("revoke", "zzz"), { status: 2, stderr: /no id of a session/ });
  t.match(await client("revoke", "ffff"), { status: 1, stderr: /No open session has that id/ });
  t.match(await client("revoke", other.slice(0, 3)), { status: 2, stderr: /2 sessions have ids that begin so/ });
  t.match(await client("revoke", other), { status: 0, stdout: /^Ended the session .* from 127\.0\.0\.1\.\n$/ });
  t.match(await client("whoami", laptop), { status: 5, stderr: /session has ended; log in again/ });
  t.match(await client("revoke", own.slice(0, 8)), { status: 0, stdout: /this one, so you are logged out/ });
  t.match(await client("sessions"), { status: 5, stderr: /Nobody is logged in/ });
});

t.test("logout --everywhere ends all sessions, and --keep-current all but this one", async (t) => {
  const { client, home } = await loggedIn(t);
  const laptop = { home: join(home, "laptop") };
  await client("login", "alice", laptop);
  t.match(await client("logout", "--everywhere", "--keep-current"), { status: 0, stdout: /^Ended all other/ });
  t.match(await client("whoami", laptop), { status: 5 });
  t.match(await client("whoami"), { status: 0 });
  await client("login", "alice", laptop);
  t.match(json(await client("logout", "--everywhere", "--json")), { ok: true, username: "alice", everywhere: true });
  t.match(await client("whoami"), { status: 5, stderr: /Nobody is logged in/ });
  t.match(await client("whoami", laptop), { status: 5, stderr: /session has ended/ });
});

t.test("an export is one document, into a file for oneself alone or to standard output", async (t) => {
  const { client, home, outputs } = await loggedIn(t);
  const document = json(await client("export"));
  t.match(document, { account: { username: "alice", logins: 1 }, sessions: [{ current: true, address: "127.0.0.1" }] });
  t.match(document["events"], [{ kind: "registered" }, { kind: "login" }, { kind: "exported" }]);
  const line = await client("export", "--json");
  t.equal(line.stdout.split("\n").length, 2);
  t.match(json(line), { command: "export", account: {}, ok: true });
  const path = join(home, "export.json");
  t.match(await client("export", "--output", path), {
    status: 0,
    stdout: /: the account, 1 session and 5 events\.\n$/,
  });
  t.equal(statSync(path).mode & 0o777, 0o600);
  t.match(JSON.parse(readFileSync(path, "utf8")), { account: { username: "alice" } });
  t.match(await client("export", "--output", path), { status: 1, stderr: /exists; give --force/ });
  t.match(json(await client("export", "--output", path, "--force", "--json")), { ok: true, file: path, sessions: 1 });
  const missing = join(home, "none");
  t.match(await client("export", "nobody", "--output", missing), { status: 5 });
  t.notOk(existsSync(missing), "and no empty file is left");
  t.notMatch(outputs() + readFileSync(path, "utf8"), PASSWORD);
});

t.test("every command says when nobody is logged in, and when nothing listens", async (t) => {
  const { client, server } = await loggedIn(t);
  const commands = [["revoke", "01"], ["delete-account", "--yes"], ["export"], ["watch"]];
  for (const words of commands) {
    t.match(await client(...words, "nobody"), { status: 5, stderr: /^client: That user / });
  }
  await server.stop();
  for (const words of commands) {
    t.match(await client(...words), { status: 3, stderr: /^client: Nothing listens at/ }, words.join(" "));
  }
});
