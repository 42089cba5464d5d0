// Passwords changed, reset and asked for, by the real client at the real server: mistakes too, and no secret shown.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { json, loggedIn, PASSWORD } from "./client-at-server.js";

const NEW = "violin-Gravel-comet-17";
const WRONG = "a-wrong-password-indeed-4";

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
