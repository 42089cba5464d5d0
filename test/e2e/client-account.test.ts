// What one may do with an account of one's own, by the real client at the real server: mistakes too, and no secret shown.
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import { type Finished, type RunOptions, runClient } from "../client/client-program.js";
import { startServer } from "../client/server-program.js";

const PASSWORD = "stapler-Battery-horse-9";
const NEW = "violin-Gravel-comet-17";
const WRONG = "a-wrong-password-indeed-4";

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

t.test("passwd changes the password, keeps this session and ends the others", async (t) => {
  const { client, home, outputs } = await loggedIn(t);
  const laptop = { home: join(home, "laptop") };
  await client("login", "alice", laptop);
  const input = (current: string, next: string) => ({ input: `${current}\n${next}\n` });
  t.match(await client("passwd", "--password-stdin", input(WRONG, NEW)), { status: 1, stderr: /Wrong password/ });
  t.match(await client("passwd", "--password-stdin", input(PASSWORD, "short")), { status: 1, stderr: /too short/ });
  t.match(await client("passwd", "--password-stdin", input(PASSWORD, "aaaaaaaaaaaaaaaaaaaa")), { status: 1 });
  t.match(await client("passwd", "--password-stdin", { input: PASSWORD }), { status: 2, stderr: /no new password/ });
  t.match(await client("passwd"), { status: 2, stderr: /ask for the new password.*EARSHOT_NEW_PASSWORD/ });
  t.match(await client("passwd", "--password-stdin", input(PASSWORD, NEW)), { status: 0, stdout: /^Changed the/ });
  t.match(await client("whoami"), { status: 0 });
  t.match(await client("whoami", laptop), { status: 5 });
  t.match(await client("login", "alice", laptop), { status: 1, stderr: /Wrong name or password/ });
  const env = { EARSHOT_NEW_PASSWORD: PASSWORD };
  t.match(json(await client("passwd", "--json", { password: NEW, env })), { ok: true, username: "alice" });
  t.match(await client("login", "alice", laptop), { status: 0 });
  for (const secret of [PASSWORD, NEW, WRONG]) t.notMatch(outputs(), secret);
});

t.test("an account is deleted for good, once it is certain", async (t) => {
  const { client, home } = await loggedIn(t);
  t.match(await client("delete-account"), { status: 2, stderr: /no terminal to confirm on; give --yes/ });
  t.match(await client("delete-account", "--yes", { password: WRONG }), { status: 1, stderr: /Wrong password/ });
  t.match(await client("whoami"), { status: 0 });
  const input = `${PASSWORD}\n`;
  t.match(await client("delete-account", "--yes", "--password-stdin", { input }), { status: 0, stdout: /^Deleted/ });
  t.notMatch(readFileSync(join(home, "sessions.json"), "utf8"), "alice");
  t.match(await client("delete-account", "--yes"), { status: 5 });
  t.match(await client("login", "alice"), { status: 1, stderr: /Wrong name or password/ });
});

t.test("a reset code that is no good is told as one, whatever the name", async (t) => {
  const { client, outputs } = await loggedIn(t);
  const code = "ABCDE-FGHJK-MNPQR-STVWX-YZ0123";
  const env = { EARSHOT_RESET_CODE: code, EARSHOT_NEW_PASSWORD: NEW };
  for (const name of ["alice", "nobody"]) {
    t.match(await client("reset-password", name, { env }), { status: 1, stderr: /^client: Wrong name or code/ });
  }
  t.match(await client("reset-password", "alice", "--password-stdin", { input: `${code}\n` }), { status: 2 });
  t.match(await client("whoami"), { status: 0 });
  t.notMatch(outputs(), code);
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
  const env = { EARSHOT_NEW_PASSWORD: NEW };
  for (const words of commands) {
    t.match(await client(...words, "nobody", { env }), { status: 5, stderr: /^client: That user / });
  }
  await server.stop();
  for (const words of commands) {
    t.match(await client(...words, { env }), { status: 3, stderr: /^client: Nothing listens at/ }, words.join(" "));
  }
});

type Words = (string | Partial<RunOptions>)[];

async function loggedIn(t: Test) {
  const folder = t.testdir({ home: {} });
  const home = join(folder, "home");
  const server = await startServer(t, folder, ["--scrypt-cost", "8"]);
  let all = "";
  const client = async (...words: Words): Promise<Finished> => {
    const args = words.filter((word) => typeof word === "string");
    const options = words.find((word) => typeof word === "object");
    const flags = ["--server", server.address, "--ca", server.ca];
    const finished = await runClient([...args, ...flags], { home, password: PASSWORD, ...options });
    all += finished.stdout + finished.stderr;
    return finished;
  };
  for (const command of ["register", "login"]) t.match(await client(command, "alice"), { status: 0 });
  return { client, home, server, outputs: () => all + server.log() };
}

function json({ stdout }: Finished): Record<string, unknown> {
  return JSON.parse(stdout);
}
