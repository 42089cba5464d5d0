// `client call` as a program against the `server` program: health, reflection, accounts, pipes and Ctrl-C.
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import t, { type Test } from "tap";
import { runClient } from "../client/client-program.js";
import { startServer } from "../client/server-program.js";

const MAIN = fileURLToPath(new URL("../../src/client/main.js", import.meta.url));
const PASSWORD = "stapler-Battery-horse-9";

async function programs(t: Test, serverFlags: readonly string[] = []) {
  const folder = t.testdir({});
  const server = await startServer(t, folder, serverFlags);
  const home = join(folder, "home");
  const flags = ["--server", server.address, "--ca", server.ca];
  const client = (args: readonly string[], input = "") =>
    runClient([...args, ...flags], { home, password: PASSWORD, input });
  return {
    server,
    home,
    flags,
    client,
    call: (args: readonly string[], input = "") => client(["call", ...args], input),
  };
}

t.test("accounts by hand: register, log in, and call with the saved session", async (t) => {
  const { client, call, server } = await programs(t);
  const credentials = JSON.stringify({ username: "alice", password: PASSWORD });
  t.match(await call(["AccountService/Register", "-"], credentials), { status: 0, stdout: /"username":"alice"/ });
  t.match(await call(["AccountService/WhoAmI", "--session"]), { status: 5, stderr: /Nobody is logged in/ });
  t.match(await call(["AccountService/WhoAmI"]), { status: 5, stderr: /UNAUTHENTICATED/ });
  t.match(await client(["login", "alice"]), { status: 0 });
  t.match(await call(["AccountService/WhoAmI", "--session"]), {
    status: 0,
    stdout: /"username":"alice".*"createdAtMs":"\d+"/,
  });
  const short = JSON.stringify({ username: "bob", password: "short" });
  const refused = await call(["AccountService/Register", "-", "--json"], short);
  t.equal(refused.status, 1);
  t.match(JSON.parse(refused.stdout), {
    ok: false,
    command: "call",
    error: {
      code: "INVALID_ARGUMENT",
      details: [{ "@type": /earshot\.accounts\.v1\.InvalidField$/, field: "password", reason: "REASON_TOO_SHORT" }],
    },
  });
  t.notMatch(server.log(), PASSWORD);
});

t.test("the schema is told with --reflection alone; health always", async (t) => {
  const closed = await programs(t);
  t.match(await closed.call(["Health/Check", '{"service":"earshot.accounts.v1.AccountService"}']), {
    stdout: '{"status":"SERVING"}\n',
  });
  t.match(await closed.call(["ServerReflection/ServerReflectionInfo", "{}"]), { status: 1, stderr: /UNIMPLEMENTED/ });
  const open = await programs(t, ["--reflection"]);
  t.match(await open.call(["--list"]), { status: 0, stdout: /^earshot\.accounts\.v1\.AccountService\/Login\n/m });
  t.match(await open.call(["--describe", "LoginRequest"]), {
    status: 0,
    stdout: /string password = 2 \[debug_redact = true\];/,
  });
});

/** A client whose standard input stays open. */
function begin(
  args: readonly string[],
  home: string,
): { child: ChildProcess; line(): Promise<string>; ended: Promise<number | null> } {
  const child = spawn(process.execPath, [MAIN, ...args], {
    detached: true,
    env: { ...process.env, EARSHOT_HOME: home },
  });
  let shown = "";
  const line = () =>
    new Promise<string>((resolve) => {
      child.stdout.on("data", (chunk: Buffer) => {
        shown += chunk.toString();
        if (shown.includes("\n")) resolve(shown);
      });
    });
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  return { child, line, ended };
}

t.test("Ctrl-C ends a call that waits for its input, and one that waits for the server", async (t) => {
  const { flags, home } = await programs(t, ["--reflection"]);
  const watch = begin(["call", "Health/Watch", ...flags], home);
  await watch.line();
  watch.child.kill("SIGINT");
  t.equal(await watch.ended, 130);
  const dialogue = begin(["call", "ServerReflection/ServerReflectionInfo", "-", ...flags], home);
  dialogue.child.stdin?.write('{"listServices":""}');
  t.match(await dialogue.line(), /"listServicesResponse"/);
  dialogue.child.kill("SIGINT");
  t.equal(await dialogue.ended, 130);
});

t.test("a reader that leaves ends a stream in peace", async (t) => {
  const { flags, home, server } = await programs(t);
  const watch = begin(["call", "Health/Watch", ...flags], home);
  await watch.line();
  watch.child.stdout?.destroy();
  // The next line finds nobody; it comes when the server stops.
  await server.stop();
  t.equal(await watch.ended, 0);
});

t.test("a watch is told of the server's end", async (t) => {
  const { flags, home, server } = await programs(t);
  const watch = begin(["call", "Health/Watch", ...flags], home);
  await watch.line();
  let rest = "";
  watch.child.stdout?.on("data", (chunk: Buffer) => {
    rest += chunk.toString();
  });
  await server.stop();
  t.equal(await watch.ended, 0);
  t.equal(rest, '{"status":"NOT_SERVING"}\n');
});
