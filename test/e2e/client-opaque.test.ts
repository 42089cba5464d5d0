// Accounts by OPAQUE, by the real client at the real server; and at others, that want the password or stand in between.
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import { startStandIn } from "../client/stand-in-server.js";
import { clientAtServer, json, loggedIn, PASSWORD } from "./client-at-server.js";
import { SecretMarks } from "./secret-marks.js";
import { startTrustedRelay } from "./trusted-relay.js";

const NEW = "violin-Gravel-comet-17";
const WRONG = "a-wrong-password-indeed-4";

t.test("an account made by OPAQUE is remembered as one, and used so by every command", async (t) => {
  const { client, home, outputs } = await clientAtServer(t);
  t.match(await client("register", "Alice", "--opaque"), { status: 0, stdout: /^Registered alice\. Next: / });
  t.equal(statSync(join(home, "opaque_accounts")).mode & 0o777, 0o600);
  t.match(pins(home), /^127\.0\.0\.1:\d+ key A\S{43} \S+\n127\.0\.0\.1:\d+ name alice \S+\n$/);
  t.match(json(await client("login", "alice", "--json")), { ok: true, scheme: "opaque", username: "alice" });
  t.match(await client("login", "alice", { password: WRONG }), {
    status: 1,
    stderr: /^client: Wrong name or password\.\n$/,
  });
  const laptop = { home: join(home, "laptop") };
  t.match(await client("login", "alice", laptop), { status: 1, stderr: /^client: Wrong name or password\.\n$/ });
  t.match(await client("login", "alice", { ...laptop, env: { EARSHOT_OPAQUE: "1" } }), { status: 0 });
  const input = (current: string, next: string) => ({ input: `${current}\n${next}\n` });
  t.match(await client("passwd", "--password-stdin", input(PASSWORD, "correct horse battery staple")), {
    status: 1,
    stderr: /too common/,
  });
  t.match(await client("passwd", "--password-stdin", input(PASSWORD, NEW)), { status: 0, stdout: /^Changed the/ });
  t.match(await client("whoami", laptop), { status: 5 });
  t.match(await client("login", "alice", { password: NEW }), { status: 0 });
  t.match(await client("delete-account", "--yes"), { status: 1, stderr: /Wrong password/ });
  t.match(await client("delete-account", "--yes", { password: NEW }), { status: 0, stdout: /^Deleted/ });
  for (const secret of [PASSWORD, NEW, WRONG]) t.notMatch(outputs() + pins(home), secret);
});

t.test("upgrade sends the password once more and then never again", async (t) => {
  const { client, home } = await loggedIn(t);
  t.match(await client("upgrade", { password: WRONG }), { status: 1, stderr: /Wrong password; nothing was changed/ });
  t.notOk(existsSync(join(home, "opaque_accounts")));
  t.match(json(await client("upgrade", "--json")), { ok: true, username: "alice", scheme: "opaque" });
  t.match(await client("whoami"), { status: 0 });
  t.match(json(await client("login", "alice", "--json")), { scheme: "opaque" });
  t.match(await client("upgrade"), { status: 2, stderr: /logs in by OPAQUE already/ });
  writeFileSync(join(home, "opaque_accounts"), "");
  t.match(await client("upgrade"), { status: 0 }, "what was done before, and is not known here");
  t.match(json(await client("login", "alice", "--json")), { scheme: "opaque" });
});

t.test("a server that wants the password of an account by OPAQUE does not get it", async (t) => {
  const { client, home } = await clientAtServer(t);
  t.match(await client("register", "alice", "--opaque"), { status: 0 });
  t.match(await client("login", "alice"), { status: 0 });
  const got: unknown[] = [];
  const take = async (request: unknown) => {
    got.push(request);
    return {};
  };
  const taking = { register: take, login: take, changePassword: take, resetPassword: take, deleteAccount: take };
  const { port, ca = "" } = await standIn(t, taking);
  const impostor = `127.0.0.1:${port}`;
  retarget(home, impostor);
  writeFileSync(join(home, "ca.pem"), ca);
  const at = ["--server", impostor, "--ca", join(home, "ca.pem")];
  const env = { EARSHOT_NEW_PASSWORD: NEW, EARSHOT_RESET_CODE: "ABCDE-FGHJK" };
  for (const words of [["login", "alice"], ["passwd"], ["reset-password", "alice"], ["delete-account", "--yes"]]) {
    const { status, stderr } = await client(...words, ...at, { env });
    t.equal(status, 4, words.join(" "));
    t.match(stderr, /^client: The server at 127\.0\.0\.1:\d+ does not do OPAQUE, so the password was not sent/);
  }
  t.match(await client("upgrade", "alice", ...at), { status: 2, stderr: /is not sent to this server any more/ });
  const failed = json(await client("login", "alice", ...at, "--json"));
  t.match(failed, { ok: false, error: { reason: "downgrade_refused", code: "UNIMPLEMENTED", exit_status: 4 } });
  t.same(got, []);
  t.match(await client("login", "bob", ...at), { status: 1 });
  t.equal(got.length, 1, "another name was never used by OPAQUE: its password is sent");
});

t.test("who stands in between with a CA that the client trusts learns neither password nor token", async (t) => {
  const { client, home, server } = await clientAtServer(t);
  const relay = await startTrustedRelay(t, server.port);
  const ca = join(home, "company.pem");
  writeFileSync(ca, relay.ca);
  const through = ["--server", relay.address, "--ca", ca];
  t.match(await client("register", "alice", "--opaque"), { status: 0 });
  const marks = new SecretMarks();
  marks.add("password", PASSWORD);
  for (const flags of [["--print-token"], ["--json"]]) {
    const { status, stdout, stderr } = await client("login", "alice", "--opaque", ...flags, ...through);
    t.equal(status, 6);
    t.match(stdout + stderr, /Somebody stands between this client and 127\.0\.0\.1:\d+/);
    t.notMatch(stdout, /session_token/);
  }
  t.notOk(existsSync(join(home, "sessions.json")), "no session is kept");
  t.notMatch(pins(home), relay.address);
  const seen = relay.seen().toString("latin1");
  t.match(seen, "alice", "what he sees is looked at rightly");
  t.same(marks.foundIn(seen), []);
  t.notMatch(seen, TOKEN);
  t.equal(server.log().match(/login_failed/g)?.length, 2);
  t.match(await client("register", "bob", ...through), { status: 0 });
  t.match(await client("login", "bob", ...through), { status: 0 });
  const without = relay.seen().toString("latin1");
  t.same(marks.foundIn(without), ["password"], "of an account without OPAQUE he learns both");
  t.match(without, TOKEN);
});

t.test("another OPAQUE key than the one that is kept stops everything, loudly", async (t) => {
  const { client, home } = await clientAtServer(t);
  await client("register", "alice", "--opaque");
  const path = join(home, "opaque_accounts");
  const kept = pins(home);
  writeFileSync(path, kept.replace(/key \S+/, `key ${Buffer.alloc(33, 2).toString("base64")}`));
  const env = { EARSHOT_NEW_PASSWORD: NEW, EARSHOT_RESET_CODE: "ABCDE-FGHJK" };
  for (const words of [
    ["login", "alice"],
    ["reset-password", "alice"],
  ]) {
    const { status, stdout, stderr } = await client(...words, { env });
    t.equal(status, 4, words.join(" "));
    t.match(
      stderr,
      /@@@@[\s\S]*THE OPAQUE KEY OF THIS SERVER IS NOT THE ONE KEPT[\s\S]*delete the line "127\.0\.0\.1:\d+ key …"/,
    );
    t.match(stderr, /client: The OPAQUE key of 127\.0\.0\.1:\d+ has changed \(it now shows A\S{43}\)/);
    t.equal(stdout, "");
  }
  const wrong = await client("login", "alice", "--json", { password: WRONG });
  t.match(JSON.parse(wrong.stdout).error, { reason: "opaque_key_changed", exit_status: 4 });
  writeFileSync(path, kept.replace(/^.* key .*\n/m, ""));
  t.match(await client("login", "alice"), { status: 0 }, "the new one is accepted on purpose");
  t.match(pins(home), / key A\S{43} /);
  writeFileSync(path, `${kept}what is this\n`);
  t.match(await client("login", "alice"), { status: 4, stderr: /opaque_accounts, line \d+ is not understood/ });
  t.match(await client("whoami"), { status: 0 }, "which has nothing to do with passwords");
  t.match(await client("login", "bob", { env: { EARSHOT_OPAQUE: "yes" } }), { status: 2, stderr: /EARSHOT_OPAQUE is/ });
});

/** 32 bytes in base64url. */
const TOKEN = /[A-Za-z0-9_-]{43}/;

function pins(home: string): string {
  const path = join(home, "opaque_accounts");
  return readFileSync(path, "utf8").replace(/^#.*\n/gm, "");
}

/** As if the server had always been at that address. */
function retarget(home: string, address: string): void {
  for (const name of ["opaque_accounts", "sessions.json"]) {
    const path = join(home, name);
    writeFileSync(path, readFileSync(path, "utf8").replaceAll(/127\.0\.0\.1:\d+/g, address));
  }
}

async function standIn(t: Test, handlers: Parameters<typeof startStandIn>[0]) {
  const started = await startStandIn(handlers);
  t.teardown(started.close);
  return started;
}
