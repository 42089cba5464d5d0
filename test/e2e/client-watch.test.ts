// `client watch` as a process at the real server: through its restart, until Ctrl-C, a revocation or a reader that leaves.
import { join } from "node:path";
import t, { type Test } from "tap";
import { type RunOptions, runClient, startClient } from "../client/client-program.js";
import { startServer } from "../client/server-program.js";
import { startRelay } from "../client/stand-in-server.js";

const PASSWORD = "stapler-Battery-horse-9";
const WRONG = "a-wrong-password-indeed-4";

t.test("events come as they happen, also after the connection was cut, each once", async (t) => {
  const { client, watch, relay } = await loggedIn(t);
  const told = watch();
  await told.shows(/Watching alice; Ctrl-C ends it/);
  await client("login", "alice", { password: WRONG });
  await told.shows(/login failed {2}from 127\.0\.0\.1\n/);
  relay.cut();
  await told.shows(/is lost; trying again until Ctrl-C/);
  await client("logout", "--everywhere", "--keep-current");
  await told.shows(/Connected to .* again[\s\S]*logged out everywhere {2}from/);
  told.signal("SIGINT");
  const { status, stdout } = await told.finished;
  t.equal(status, 0, "Ctrl-C is how a watch ends");
  t.same(kinds(stdout), ["login failed", "logged out everywhere"]);
});

t.test("a revoked session ends the watch, after the event that tells of it", async (t) => {
  const { client, watch, home } = await loggedIn(t);
  const watching = watch("--since", "1h", "--json");
  await watching.shows(/"login"/);
  const laptop = { home: join(home, "laptop") };
  await client("login", "alice", laptop);
  await client("logout", "--everywhere", "--keep-current", laptop);
  const { status, stdout } = await watching.finished;
  t.equal(status, 5);
  const lines = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  const failure = lines.pop();
  t.match(failure, { ok: false, command: "watch", error: { reason: "session_ended", message: /log in again/ } });
  t.same(
    lines.map(({ kind }) => kind),
    ["registered", "login", "login", "logged_out_everywhere"],
  );
  t.match(await client("whoami"), { status: 5, stderr: /Nobody is logged in/ });
});

t.test("a reader that leaves ends it", async (t) => {
  const { client, watch } = await loggedIn(t);
  const watching = watch();
  await watching.shows(/Watching/);
  watching.leave();
  await client("login", "alice", { password: WRONG });
  t.match(await watching.finished, { status: 0 });
});

function kinds(stdout: string): string[] {
  return [...stdout.matchAll(/^\S+ \S+ UTC {2}(.*?)(?: {2}|$)/gm)].map(([, kind = ""]) => kind);
}

type Words = (string | Partial<RunOptions>)[];

/** Watches through a relay, so that its connection alone can be cut. */
async function loggedIn(t: Test) {
  const folder = t.testdir({ home: {} });
  const home = join(folder, "home");
  const server = await startServer(t, folder);
  const relay = await startRelay(server.port);
  t.teardown(() => relay.close());
  const flags = ["--server", `127.0.0.1:${relay.port}`, "--ca", server.ca];
  const client = (...words: Words) => {
    const args = words.filter((word) => typeof word === "string");
    const options = words.find((word) => typeof word === "object");
    return runClient([...args, ...flags], { home, password: PASSWORD, ...options });
  };
  const watch = (...args: string[]) => startClient(t, ["watch", ...args, ...flags], { home });
  for (const command of ["register", "login"]) t.match(await client(command, "alice"), { status: 0 });
  return { client, watch, relay, home };
}
