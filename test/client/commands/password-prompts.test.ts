// What passwd, upgrade, reset-password and delete-account ask for at a real terminal: hidden, in order, and nothing more than needed.
import { join } from "node:path";
import t, { type Test } from "tap";
import { SessionFile } from "../../../src/client/session-file.js";
import { hasTerminal, type Keys, typeAtClient } from "../client-program.js";
import { OpaqueStandIn } from "../opaque/opaque-stand-in.js";
import { ACCOUNT_ID, startStandIn, TOKEN } from "../stand-in-server.js";

const skip = hasTerminal ? false : "there is no script(1) of util-linux";
const OLD = "correct horse battery";
const NEW = "violin gravel comet 17";

t.test("passwd asks for the current password, and twice for the new one", { skip }, async (t) => {
  const { status, screen, seen } = await typed(t, "passwd", [
    [/Current password for alice: /, `${OLD}\r`],
    [/New password for alice: /, `${NEW}\r`],
    [/The same again: /, `${NEW}\r`],
  ]);
  t.equal(status, 0);
  t.match(screen, "Changed the password of alice");
  t.same(seen, [[OLD, NEW]]);
  t.notMatch(screen, /horse|gravel/);
});

t.test("upgrade asks for the password once", { skip }, async (t) => {
  const { status, screen, seen } = await typed(t, "upgrade", [[/Password for alice: /, `${OLD}\r`]]);
  t.equal(status, 0);
  t.match(screen, "alice logs in by OPAQUE from now on: its password is not sent any more.");
  t.same(seen, [[OLD]]);
  t.notMatch(screen, /horse/);
});

t.test("new passwords that differ, and Ctrl-C, send nothing", { skip }, async (t) => {
  const differing = await typed(t, "passwd", [
    [/Current/, `${OLD}\r`],
    [/New/, `${NEW}\r`],
    [/again/, `${NEW}!\r`],
  ]);
  t.match(differing, { status: 2, screen: /The two passwords differ; nothing was sent/, seen: [] });
  const interrupted = await typed(t, "passwd", [
    [/Current/, `${OLD}\r`],
    [/New/, "\x03"],
  ]);
  t.match(interrupted, { status: 130, seen: [] });
});

t.test("reset-password hides the code too, and forgets the session that it ended", { skip }, async (t) => {
  const { status, screen, seen, sessions, address } = await typed(t, "reset-password", [
    [/Code for alice: /, "ABCDE-FGHJK\r"],
    [/New password for alice: /, `${NEW}\r`],
    [/The same again: /, `${NEW}\r`],
  ]);
  t.equal(status, 0);
  t.match(screen, "Next: client login alice");
  t.same(seen, [["alice", "ABCDE-FGHJK", NEW]]);
  t.notMatch(screen, /ABCDE|gravel/);
  t.equal(await sessions.find(address, "alice"), undefined);
});

t.test("delete-account asks for the password and the name", { skip }, async (t) => {
  const { status, screen, seen, sessions, address } = await typed(t, "delete-account", [
    [/Password for alice: /, `${OLD}\r`],
    [/Type its name, alice, to go on: /, "Alice\r"],
  ]);
  t.equal(status, 0);
  t.match(screen, "Deleted the account alice.");
  t.same(seen, [[OLD]]);
  t.equal(await sessions.find(address, "alice"), undefined);
});

t.test("another name deletes nothing", { skip }, async (t) => {
  const { status, screen, seen, sessions, address } = await typed(t, "delete-account", [
    [/Password/, `${OLD}\r`],
    [/Type its name/, "bob\r"],
  ]);
  t.equal(status, 2);
  t.match(screen, "That is not the name; nothing was deleted.");
  t.same(seen, []);
  t.match(await sessions.find(address, "alice"), { token: TOKEN });
});

/** Types at a command of alice, who is logged in, and tells which secrets reached the server. */
async function typed(t: Test, command: string, keys: readonly Keys[]) {
  const home = t.testdir({});
  const seen: string[][] = [];
  const note = (...secrets: string[]) => {
    seen.push(secrets);
    return {};
  };
  const opaque = new OpaqueStandIn().handlers(() => ({
    upgrade: async ({ currentPassword }) => note(currentPassword),
  }));
  const { port, close } = await startStandIn(
    {
      changePassword: async ({ currentPassword, newPassword }) => note(currentPassword, newPassword),
      resetPassword: async ({ username, code, newPassword }) => note(username, code, newPassword),
      deleteAccount: async ({ password }) => note(password),
    },
    { opaque },
  );
  t.teardown(close);
  const address = `127.0.0.1:${port}`;
  const sessions = new SessionFile(join(home, "sessions.json"), t.fail);
  const expiresAt = new Date(4_000_000_000_000);
  await sessions.save(address, { username: "alice", accountId: ACCOUNT_ID, token: TOKEN, expiresAt });
  const args = [command, "alice", "--server", address, "--accept-new"];
  const { status, stdout } = await typeAtClient(args, { home }, keys);
  return { status, screen: stdout, seen, sessions, address };
}
