// Which way a password goes, seen by a server: when it is asked for, when it is remembered, and when an answer was lost.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import { runCommand } from "../../../src/client/command-run.js";
import type { CommandName } from "../../../src/client/commands/command-list.js";
import { OpaquePins } from "../../../src/client/opaque-pins.js";
import { SessionFile } from "../../../src/client/session-file.js";
import { type OpaqueHandlers, OpaqueStandIn } from "../opaque/opaque-stand-in.js";
import { ACCOUNT_ID, startRelay, startStandIn, TOKEN } from "../stand-in-server.js";

const PASSWORD = "tiger lamp ocean 42";

t.test("the password is sent until OPAQUE is asked for, and from then on never", async (t) => {
  const { run, sent, standIn } = await fixture(t);
  t.match(await run("register"), { fields: { scheme: "password" } });
  t.match(await run("login", { env: { EARSHOT_OPAQUE: "0" } }), { fields: { scheme: "password" } });
  t.same(sent, ["register", "login"]);
  t.match(await run("register", { opaque: true }), { fields: { scheme: "opaque" } });
  t.match(await run("login"), { fields: { scheme: "opaque" } });
  t.match(await run("register"), { fields: { scheme: "opaque" } });
  t.match(await run("login", { name: "ALICE" }), { fields: { scheme: "opaque" } });
  t.equal(sent.length, 2);
  t.ok(standIn.calls.includes("loginFinish"));
});

t.test("EARSHOT_OPAQUE is as the flag, for every account", async (t) => {
  const { run, sent } = await fixture(t);
  t.match(await run("register", { env: { EARSHOT_OPAQUE: "1" } }), { fields: { scheme: "opaque" } });
  t.same(sent, []);
});

t.test("nothing is remembered of what did not succeed", async (t) => {
  const { run, home, sent } = await fixture(t, () => ({
    registerFinish: async () => ({}),
  }));
  await t.rejects(run("register", { opaque: true }), { code: "bad_answer" });
  await t.rejects(run("login", { opaque: true }), { code: "bad_login" });
  t.throws(() => readFileSync(join(home, "opaque_accounts")), { code: "ENOENT" });
  t.same(sent, []);
});

t.test("a key that another command has just kept ends the session that was opened under this one", async (t) => {
  const { run, home, address, ended } = await fixture(t, (honest) => ({
    loginFinish: async (request, ctx) => {
      const other = `${address()} key A${"b".repeat(43)}\n`;
      writeFileSync(join(home, "opaque_accounts"), other, { mode: 0o600 });
      return honest.loginFinish(request, ctx);
    },
  }));
  await run("register", { name: "bob", opaque: true });
  writeFileSync(join(home, "opaque_accounts"), "");
  await run("register", { opaque: true });
  await t.rejects(run("login"), { code: "opaque_key_changed" });
  t.same(ended, [`Bearer ${TOKEN}`]);
});

t.test("an upgrade whose answer is lost is found out, and remembered", async (t) => {
  const cutting = { now: () => {} };
  const { run, home, address, cut, ended } = await fixture(t, (honest) => ({
    upgrade: async (request, ctx) => {
      await honest.upgrade(request, ctx);
      cutting.now();
      return {};
    },
  }));
  cutting.now = cut;
  await new SessionFile(join(home, "sessions.json"), t.fail).save(address(), {
    username: "alice",
    accountId: ACCOUNT_ID,
    token: TOKEN,
    expiresAt: new Date(4_000_000_000_000),
  });
  t.match(await run("upgrade"), { fields: { username: "alice", scheme: "opaque" } });
  t.same((await new OpaquePins(join(home, "opaque_accounts"), t.fail).find(address())).names, new Set(["alice"]));
  t.equal(ended.length, 1, "the session that told");
  await t.rejects(run("upgrade"), { code: "usage" });
});

interface Wish {
  readonly name?: string;
  readonly opaque?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

async function fixture(t: Test, spoiled?: (honest: OpaqueHandlers) => Partial<OpaqueHandlers>) {
  const home = t.testdir({});
  const sent: string[] = [];
  const ended: unknown[] = [];
  const standIn = new OpaqueStandIn();
  const account = { accountId: Buffer.from(ACCOUNT_ID, "hex"), username: "alice" };
  const server = await startStandIn(
    {
      register: async () => ({ account: { ...account, username: noted(sent, "register", "alice") } }),
      login: async () => ({ account, sessionToken: noted(sent, "login", TOKEN) }),
      logout: async (_request, ctx) => noted(ended, ctx.metadata.get("authorization"), {}),
    },
    { opaque: standIn.handlers(spoiled) },
  );
  const relay = await startRelay(server.port);
  t.teardown(async () => {
    await relay.close();
    await server.close();
  });
  const ca = join(home, "ca.pem");
  writeFileSync(ca, server.ca ?? "");
  const address = () => `127.0.0.1:${relay.port}`;
  const run = (command: CommandName, { name = "alice", opaque = false, env = {} }: Wish = {}) =>
    runCommand(
      { command, name, flags: { server: address(), ca, timeout: 60, opaque } },
      {
        env: { EARSHOT_HOME: home, EARSHOT_PASSWORD: PASSWORD, ...env },
        stdin: () => t.fail("standard input is read") as never,
        print: async () => true,
        warn: () => undefined,
        signal: new AbortController().signal,
      },
    );
  return { run, home, sent, ended, standIn, address, cut: relay.cut };
}

function noted<T>(list: unknown[], what: unknown, value: T): T {
  list.push(what);
  return value;
}
