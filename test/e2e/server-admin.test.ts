// `server admin` and `server migrate` by hand, beside servers that run: what they do and say.

import { join } from "node:path";
import t, { type Test } from "tap";
import { StatusCode } from "../../src/rpc/index.js";
import { failure } from "../fixtures/running-accounts.js";
import { type Admin, bearer, PASSWORD, startAdministered } from "./administered-servers.js";
import { type Ended, ServerProcess, stop } from "./server-program.js";

const OTHER_PASSWORD = "violin gravel comet 17";
const UUID = /^[0-9a-f]{32}$/;

t.test("tables are made by migrate, and by nothing that was told not to", async (t) => {
  const env = { EARSHOT_DATABASE: join(t.testdir(), "a.db") };
  const run = (...args: string[]): Promise<Ended> => new ServerProcess(t, args, env).ended();
  const served = ["--plaintext", "--listen", "127.0.0.1:0", "--no-migrate"];
  t.match(await run(...served), { code: 1, stderr: /\nserver: \S+: there is no such database; .*server migrate\n$/ });
  t.match(await run("migrate"), {
    code: 0,
    stderr: "",
    stdout: /^version 1: CREATE TABLE accounts\n(?:version .*\n)+\S+: up to date after \d+ migrations\n$/,
  });
  t.match(await run("migrate"), { code: 0, stderr: "", stdout: /^\S+: up to date, nothing to do\n$/ });
  const server = new ServerProcess(t, served, env);
  await server.listening();
  t.equal((await stop(server)).code, 0);
});

t.test("accounts are listed, shown, reset and deleted beside servers", async (t) => {
  const { admin, one, two, servers } = await startAdministered(t, join(t.testdir(), "a.db"));
  for (const username of ["alice", "bob", "carol"]) {
    await one.register({ username, password: PASSWORD });
  }
  await one.login({ username: "alice", password: PASSWORD });
  const [users, rest, show, reset, kept] = await Promise.all([
    admin("users", "--limit", "2"),
    admin("users", "--after", "bob", "--json"),
    admin("show", "Alice"),
    admin("reset", "alice"),
    admin("delete", "bob"),
  ]);
  t.match(users, { code: 0, stderr: "There are more: server admin users --after bob\n" });
  t.match(users.stdout, /^NAME {3}CREATED .*\nalice .* 1 {2}active\nbob .* 0 {2}active\n$/);
  t.match(JSON.parse(rest.stdout), { username: "carol", account_id: UUID, disabled_at: null, login_count: 0 });
  t.match(show, { code: 0, stderr: "", stdout: /^name +alice\naccount +[0-9a-f]{32}\n/ });
  t.match(reset, { code: 0, stderr: "", stdout: /client reset-password alice\n/ });
  t.match(kept, { code: 2, stdout: "", stderr: /add --yes\n$/ });

  const [code = ""] = reset.stdout.split("\n");
  await two.login({ username: "alice", password: PASSWORD });
  await two.resetPassword({ username: "alice", code, newPassword: OTHER_PASSWORD });
  await one.login({ username: "alice", password: OTHER_PASSWORD });
  const again = { username: "alice", code, newPassword: PASSWORD };
  t.equal((await failure(two.resetPassword(again))).code, StatusCode.UNAUTHENTICATED);

  const bobs = bearer((await two.login({ username: "bob", password: PASSWORD })).sessionToken);
  t.match(await admin("delete", "bob", "--yes"), { code: 0, stdout: "bob is deleted.\n", stderr: "" });
  t.equal((await failure(one.whoAmI({}, bobs))).code, StatusCode.UNAUTHENTICATED);
  t.match(await admin("show", "bob"), { code: 1, stdout: "", stderr: /^server: there is no account "bob"; .*\n$/ });
  await showsAudit(t, admin);
  for (const server of servers) {
    const { code: exitCode, stdout, stderr } = await stop(server);
    t.equal(exitCode, 0, stderr);
    t.notMatch(stdout + stderr, code, "the reset code is nowhere");
  }
});

async function showsAudit(t: Test, admin: Admin): Promise<void> {
  const { stdout } = await admin("audit", "--json");
  const events = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  const byAdministrator = events.filter((event) => event.by_administrator).map(({ kind }) => kind);
  t.same(byAdministrator, ["reset_code_issued", "account_deleted"]);
  t.match(
    events.find(({ kind }) => kind === "account_deleted"),
    { account_id: UUID, username: null, address: "" },
  );
  t.match(events[0], { kind: "registered", username: "alice", address: "127.0.0.1", event_id: UUID });
  const table = await admin("audit", "--user", "alice");
  t.match(table.stdout, /^TIME \(UTC\) .*\n2\S+ \S+ {2}registered {13}alice {2}127\.0\.0\.1\n/);
  t.notMatch(table.stdout, /carol|\p{Cc}\[/u);
  t.ok(
    table.stdout.split("\n").every((line) => line.length <= 80),
    "no line is longer than 80 columns",
  );
  t.equal((await admin("audit", "--since", "2999-01-01", "--json")).stdout, "");
}

t.test("mistakes end with 2, and what there is not with 1", async (t) => {
  const file = join(t.testdir({ "other.txt": "x".repeat(5_000) }), "a.db");
  await new ServerProcess(t, ["migrate", "--database", file]).ended();
  const cases: [string[], number, RegExp][] = [
    [["admin"], 2, /Usage: server admin/],
    [["admin", "users", "--limit", "0"], 2, /from 1 to 10000/],
    [["admin", "audit", "--since", "yesterday"], 2, /15m, 24h or 7d/],
    [["--cert", "certs", "admin", "users"], 2, /--cert is nothing for this command/],
    [["migrate", "now"], 2, /too many arguments/],
    [["--database", file, "admin", "show", "\u001b[31mx"], 1, /no account "\?\[31mx" \(a username consists of/],
    [["admin", "users", "--database", join(t.testdirName, "other.txt")], 1, /not a SQLite database/],
    [["migrate", "--database", "mysql://app:hunter2@db"], 2, /mysql:\/\/USER:PASSWORD@HOST/],
  ];
  await Promise.all(
    cases.map(async ([args, expected, message]) => {
      const { code, stdout, stderr } = await new ServerProcess(t, args).ended();
      t.equal(code, expected, `${args.join(" ")}: ${stderr}`);
      t.match(stderr, message);
      t.equal(stdout, "");
      t.notMatch(stderr, /hunter2|\p{Cc}\[| {4}at /u);
    }),
  );
});
