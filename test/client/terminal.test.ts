// The prompts, typed at through a real pseudo-terminal: nothing of a password is echoed, and Ctrl-C leaves at once.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import { hasTerminal, type Keys, typeAtClient } from "./client-program.js";
import { ACCOUNT, startStandIn } from "./stand-in-server.js";

const PASSWORD = "correct horse battery";
const skip = hasTerminal ? false : "there is no script(1) of util-linux";

t.test("register asks twice, and shows nothing of what is typed", { skip }, async (t) => {
  const { screen, status, passwords } = await typed(t, "register", [
    [/New password for alice: /, `wrong\x15corrext\x7f\x7fct horse battery\r`],
    [/same again: /, `${PASSWORD}\r`],
  ]);
  t.equal(status, 0);
  t.match(screen, "Registered alice.");
  t.same(passwords, [PASSWORD]);
  t.notMatch(screen, /wrong|corr|horse/);
});

t.test("a password pasted twice at once answers both questions", { skip }, async (t) => {
  const { status, passwords } = await typed(t, "register", [[/New password/, `${PASSWORD}\r${PASSWORD}\r`]]);
  t.equal(status, 0);
  t.same(passwords, [PASSWORD]);
});

t.test("characters of several bytes are typed and rubbed out whole", { skip }, async (t) => {
  const { passwords } = await typed(t, "login", [[/Password for alice: /, "grüße aus der 日本\x7f\x7fküche𝄞\x7f\r"]]);
  t.same(passwords, ["grüße aus der küche"]);
});

t.test("two different passwords are not sent", { skip }, async (t) => {
  const { screen, status, passwords } = await typed(t, "register", [
    [/New password/, `${PASSWORD}\r`],
    [/same again/, `${PASSWORD}!\r`],
  ]);
  t.equal(status, 2);
  t.match(screen, "The two passwords differ; nothing was sent.");
  t.same(passwords, []);
});

t.test("a short new password is refused before it is asked for again", { skip }, async (t) => {
  const { screen, status, passwords } = await typed(t, "register", [[/New password/, "short\r"]]);
  t.equal(status, 1);
  t.match(screen, "too short");
  t.notMatch(screen, /same again/);
  t.same(passwords, []);
});

for (const [key, name] of [
  ["\x03", "Ctrl-C"],
  ["\x04", "Ctrl-D"],
] as const) {
  t.test(`${name} at the prompt ends with status 130 and sends nothing`, { skip }, async (t) => {
    const { screen, status, passwords } = await typed(t, "login", [[/Password/, key]]);
    t.equal(status, 130);
    t.match(screen, /(^|\s)icanon\s[\s\S]*(^|\s)echo\s/m, "the terminal is as it was");
    t.same(passwords, []);
  });
}

t.test("the first meeting shows the key, and yes keeps it for the next time", { skip }, async (t) => {
  const server = await meeting(t);
  const { stdout, status } = await server.type("login", [
    [/Trust it from now on/, "perhaps\r"],
    [/Trust it from now on/, "yes\r"],
    [/Password/, `${PASSWORD}\r`],
  ]);
  t.equal(status, 0);
  const pin = /^\s*key\s+(sha256\/\S+)\s*$/m.exec(stdout)?.[1] ?? "none";
  t.match(stdout, /subject +CN=localhost/);
  t.match(stdout, /valid +\d{4}-\d\d-\d\d to \d{4}-\d\d-\d\d/);
  t.match(readFileSync(join(server.home, "known_servers"), "utf8"), `127.0.0.1:${server.port} ${pin} `);
  const again = await server.type("login", [[/Password/, `${PASSWORD}\r`]]);
  t.equal(again.status, 0);
  t.notMatch(again.stdout, /Trust it/);
});

for (const [answer, status] of [
  ["no\r", 4],
  ["\x03", 130],
] as const) {
  t.test(
    `a server that is not accepted gets no password and is not kept (${JSON.stringify(answer)})`,
    { skip },
    async (t) => {
      const server = await meeting(t);
      const refused = await server.type("login", [[/Trust it from now on/, answer]]);
      t.equal(refused.status, status);
      t.notMatch(refused.stdout, /Password/);
      t.throws(() => readFileSync(join(server.home, "known_servers")), { code: "ENOENT" });
    },
  );
}

/** Types at a command for a server that is trusted already, and tells which passwords reached that server. */
async function typed(t: Test, command: "register" | "login", keys: readonly Keys[]) {
  const server = await meeting(t);
  const { stdout, status } = await server.type(command, keys, ["--accept-new"]);
  return { screen: stdout, status, passwords: server.passwords };
}

async function meeting(t: Test) {
  const home = t.testdir();
  const passwords: string[] = [];
  const note = async ({ password }: { password: string }) => {
    passwords.push(password);
    return { account: ACCOUNT, sessionToken: "t".repeat(43), expiresAtMs: 1_900_000_000_000n };
  };
  const { port, close } = await startStandIn({ register: note, login: note });
  t.teardown(close);
  const type = (command: string, keys: readonly Keys[], flags: readonly string[] = []) =>
    typeAtClient([command, "alice", "--server", `127.0.0.1:${port}`, ...flags], { home }, keys);
  return { home, port, passwords, type };
}
