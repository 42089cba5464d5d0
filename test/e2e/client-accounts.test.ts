// The client against the real server: every command, the mistakes people make, and no secret in any output.
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { clientAtServer, json, PASSWORD } from "./client-at-server.js";

const WRONG = "a-wrong-password-indeed-4";

t.test("register, login, whoami and logout, for people", async (t) => {
  const { client, home, outputs } = await clientAtServer(t);
  t.match(await client("register", "alice"), { status: 0, stdout: /^Registered alice\. Next: client login alice\n$/ });
  t.match(await client("login", "alice"), { status: 0, stdout: /^Logged in as alice until .* UTC\.\n$/ });
  t.match(await client("whoami"), { status: 0, stdout: /^alice \(account [0-9a-f]{32}, made .*\)\nLogged in since/ });
  t.match(await client("whoami", "ALICE"), { status: 0, stdout: /^alice / });
  const token = savedToken(home);
  t.equal(statSync(join(home, "sessions.json")).mode & 0o777, 0o600);
  t.match(await client("logout"), { status: 0, stdout: "Logged out alice.\n" });
  t.match(await client("whoami"), { status: 5, stderr: /Nobody is logged in/ });
  t.notMatch(readFileSync(join(home, "sessions.json"), "utf8"), token);
  t.notMatch(outputs(), token);
  t.notMatch(outputs(), PASSWORD);
});

t.test("the same for programs", async (t) => {
  const { client, home, outputs } = await clientAtServer(t);
  const registered = json(await client("register", "Bob.2", "--json"));
  t.match(registered, { ok: true, command: "register", username: "bob.2", account_id: /^[0-9a-f]{32}$/ });
  const loggedIn = json(await client("login", "bob.2", "--json"));
  t.match(loggedIn, { ok: true, command: "login", username: "bob.2", account_id: registered["account_id"] });
  t.ok(Date.parse(String(loggedIn["expires_at"])) > Date.now());
  t.match(json(await client("whoami", "--json")), {
    ok: true,
    command: "whoami",
    username: "bob.2",
    account_id: registered["account_id"],
    expires_at: /Z$/,
  });
  const token = savedToken(home);
  t.match(json(await client("logout", "--json")), { ok: true, command: "logout", username: "bob.2" });
  t.notMatch(outputs(), token);
  t.notMatch(outputs(), PASSWORD);
});

t.test("the token is shown only when it is asked for", async (t) => {
  const { client, home } = await clientAtServer(t);
  await client("register", "carol");
  const shown = await client("login", "carol", "--print-token");
  t.equal(shown.stdout.split("\n")[1], savedToken(home));
  const { session_token } = json(await client("login", "carol", "--print-token", "--json"));
  t.equal(session_token, savedToken(home));
});

t.test("the password comes from the first line of standard input", async (t) => {
  const { client } = await clientAtServer(t);
  const input = `${PASSWORD}\nanother line\n`;
  t.match(await client("register", "dave", "--password-stdin", { input }), { status: 0 });
  t.match(await client("login", "dave", "--password-stdin", { input }), { status: 0 });
  t.match(await client("login", "dave", "--password-stdin", { input: `${WRONG}\n` }), { status: 1 });
  t.match(await client("login", "dave", "--password-stdin", { input: "" }), { status: 2, stderr: /no password/ });
});

t.test("two users at one server are kept apart", async (t) => {
  const { client } = await clientAtServer(t);
  for (const name of ["erin", "frank"]) {
    await client("register", name);
    await client("login", name);
  }
  t.match(await client("whoami"), { stdout: /^frank / });
  t.match(await client("whoami", "erin"), { stdout: /^erin / });
  t.match(await client("logout", "frank"), { status: 0 });
  t.match(await client("whoami"), { status: 5 });
  t.match(await client("whoami", "erin"), { status: 0 });
  t.match(await client("whoami", "gina"), { status: 5, stderr: /That user/ });
});

t.test("a wrong password and an unknown name are told alike", async (t) => {
  const { client, outputs } = await clientAtServer(t);
  await client("register", "alice");
  const wrong = await client("login", "alice", { password: WRONG });
  const unknown = await client("login", "nobody", { password: WRONG });
  t.match(wrong, { status: 1, stderr: "client: Wrong name or password.\n", stdout: "" });
  t.same(unknown, wrong);
  const { error } = json(await client("login", "alice", "--json", { password: WRONG }));
  t.match(error, { code: "UNAUTHENTICATED", reason: "bad_login" });
  t.notMatch(outputs(), WRONG);
});

t.test("a taken name, a bad name and bad passwords are told with the field", async (t) => {
  const { client, outputs } = await clientAtServer(t);
  await client("register", "alice");
  t.match(await client("register", "Alice"), { status: 1, stderr: /The name Alice is taken/ });
  const taken = json(await client("register", "alice", "--json"));
  t.match(taken["error"], { code: "ALREADY_EXISTS", reason: "name_taken", field: "username" });
  for (const name of ["al", "a".repeat(33), "al ice", "alïce", "\x1b[2J"]) {
    const { status, stderr } = await client("register", name);
    t.equal(status, 1);
    t.match(stderr, /^client: The username .*3 to 32 of the characters/);
    t.notMatch(stderr, "\x1b");
    t.match(json(await client("register", name, "--json"))["error"], { code: "INVALID_ARGUMENT", field: "username" });
  }
  const short = await client("register", "hugo", { password: "tooShort-5" });
  t.match(short, { status: 1, stderr: /too short: it takes 15 to 128/ });
  t.match(await client("register", "hugo", { password: "L".repeat(129) }), { status: 1, stderr: /too long/ });
  t.notMatch(outputs(), /tooShort-5|LLLL/);
});

t.test("a session that the server does not know has ended, and is forgotten", async (t) => {
  const { client, home } = await clientAtServer(t);
  await client("register", "alice");
  for (const command of ["whoami", "logout"]) {
    await client("login", "alice");
    const path = join(home, "sessions.json");
    writeFileSync(path, readFileSync(path, "utf8").replace(savedToken(home), "A".repeat(43)));
    t.match(await client(command), { status: 5, stderr: /Your session has ended; log in again\./ });
    t.match(await client(command), { status: 5, stderr: /Nobody is logged in/ });
  }
});

t.test("a login whose session cannot be kept fails", async (t) => {
  const { client, home } = await clientAtServer(t);
  await client("register", "alice");
  writeFileSync(join(home, "sessions.json"), '{"version":99}', { mode: 0o600 });
  t.match(await client("login", "alice"), { status: 1, stderr: /newer client/ });
});

t.test("without a terminal, a password has to come from somewhere", async (t) => {
  const { client } = await clientAtServer(t);
  t.match(await client("login", "alice", { password: undefined }), { status: 2, stderr: /--password-stdin/ });
});

function savedToken(home: string): string {
  const token = /"token": "([^"]+)"/.exec(readFileSync(join(home, "sessions.json"), "utf8"))?.[1];
  if (token === undefined) throw new Error("no token is saved");
  return token;
}
