// Every call with marked secrets, good and bad: no log, metric, audit row, error or table holds one.

import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, connect as dialTcp } from "node:net";
import { join } from "node:path";
import Database from "libsql";
import t, { type Test } from "tap";
import { AccountServiceDefinition } from "../../src/gen/earshot/accounts/v1/accounts.js";
import { connect, RpcError, type ServiceClient } from "../../src/rpc/index.js";
import { Mariadb } from "../fixtures/mariadb.js";
import { SecretMarks } from "./secret-marks.js";
import { dial, ServerProcess, stop } from "./server-program.js";

type Accounts = ServiceClient<typeof AccountServiceDefinition>;

/** What was written that must hold no secret, by where. */
type Writings = Map<string, string>;

interface Scene {
  readonly t: Test;
  readonly marks: SecretMarks;
  readonly writings: Writings;
  readonly accounts: Accounts;
  readonly env: NodeJS.ProcessEnv;
}

const bearer = (token: string) => ({ metadata: { authorization: `Bearer ${token}` } });
const EVERY_CALL = Object.keys(AccountServiceDefinition.methods);

t.test("SQLite, JSON at every level", async (t) => {
  const file = join(t.testdir(), "a.db");
  const { writings, marks } = await keepsSecrets(t, file, ["--log-format", "json", "--log-level", "debug"]);
  const lines = (writings.get("standard error") ?? "").trimEnd().split("\n");
  for (const line of lines) {
    t.match(JSON.parse(line), { time: /^2\S+Z$/, level: /^(?:debug|info|warning|error)$/, event: String });
  }
  t.ok(lines.some((line) => /"event":"call".*"method":.*"code":"OK","duration_ms":\d/.test(line)));
  const database = new Database(file);
  t.teardown(() => database.close());
  for (const table of ["accounts", "sessions", "reset_codes", "audit_events"]) {
    const rows = database.prepare(`SELECT * FROM ${table}`).all([]);
    t.same(marks.foundIn(JSON.stringify(rows.map(readable))), [], table);
  }
});

t.test("MariaDB, text at every level", async (t) => {
  const mariadb = await Mariadb.start(t);
  t.testdir();
  const marks = new SecretMarks();
  marks.add("the database's password", mariadb.password);
  await keepsSecrets(t, mariadb.url, ["--log-level", "debug"], marks, () => mariadb.crash());
});

t.test("a database that does not let us in", async (t) => {
  const marks = new SecretMarks();
  const password = marks.next("the database's password", "p*");
  const strange = createServer((socket) => socket.end(randomBytes(80)));
  await new Promise<void>((resolve) => strange.listen({ host: "127.0.0.1", port: 0 }, resolve));
  t.teardown(() => strange.close());
  const address = strange.address();
  const port = typeof address === "object" ? address?.port : 0;
  const urls = [`mysql://app:${password}@127.0.0.1:${port}/app`, `mysql://app:${password}%@127.0.0.1/app`];
  const run = (url: string) => new ServerProcess(t, ["migrate"], { EARSHOT_DATABASE: url }).ended();
  for (const { code, stdout, stderr } of await Promise.all(urls.map(run))) {
    t.not(code, 0);
    t.match(stderr, /^server: /);
    t.same(marks.foundIn(stdout + stderr), []);
  }
});

async function keepsSecrets(
  t: Test,
  database: string,
  flags: readonly string[],
  marks = new SecretMarks(),
  breakDatabase?: () => Promise<void>,
): Promise<{ writings: Writings; marks: SecretMarks }> {
  const certs = join(t.testdirName, "certs");
  const env = { EARSHOT_DATABASE: database };
  const args = ["--cert", certs, "--listen", "127.0.0.1:0", "--metrics", "0", "--scrypt-cost", "4", ...flags];
  const server = new ServerProcess(t, args, env);
  const port = await server.listening();
  const accounts = await dial(t, port, certs);
  const writings: Writings = new Map();
  const scene = { t, marks, writings, accounts, env };
  for (const line of keyLines(certs)) {
    marks.add("a line of a private key", line);
  }
  const called = await callEverything(scene);
  t.same(
    EVERY_CALL.filter((name) => !called.has(name)),
    [],
    "every call was made",
  );
  await sendGarbage(port, certs, marks);
  await takeMetrics(server, writings);
  for (const form of [[], ["--json"]]) {
    const audit = await new ServerProcess(t, ["admin", "audit", ...form], env).ended();
    writings.set(`audit ${form.join("")}`, audit.stdout + audit.stderr);
  }
  if (breakDatabase !== undefined) {
    await breakDatabase();
    await attempt(scene, "login while the database is away", () =>
      accounts.login({ username: "alice", password: marks.next("a password while the database is away") }),
    );
  }
  const { code, stdout, stderr } = await stop(server);
  t.equal(code, 0, stderr);
  writings.set("standard output", stdout).set("standard error", stderr);
  t.match(stderr, /login_failed/);
  t.ok(marks.size > 20, "there was something to find");
  for (const [where, text] of writings) {
    t.same(marks.foundIn(text), [], where);
  }
  return { writings, marks };
}

/** Good, and bad in as many ways as there are. Resolves with the names of the calls that were made. */
async function callEverything(scene: Scene): Promise<ReadonlySet<string>> {
  const { marks, accounts: plain, t, env } = scene;
  const called = new Set<string>();
  const accounts = noting(plain, called);
  const first = marks.next("the password");
  const second = marks.next("the second password");
  const third = marks.next("the third password");
  const wrong = (): string => marks.next("a wrong password");
  await accounts.register({ username: "alice", password: first });
  const login = async (password: string) => {
    const { sessionToken, sessionId } = await accounts.login({ username: "alice", password });
    marks.add("a session token", sessionToken);
    return { session: bearer(sessionToken), sessionId };
  };
  const { session } = await login(first);
  const other = await login(first);
  const bad = bearer(marks.next("a token that is none", "*".padEnd(26, "A")));
  const odd = { metadata: { authorization: marks.next("an odd authorization", "Basic * Bearer") } };

  await attempt(scene, "taken name", () => accounts.register({ username: "alice", password: wrong() }));
  await attempt(scene, "short", () =>
    accounts.register({ username: "bob", password: marks.next("short", "*").slice(0, 14) }),
  );
  await attempt(scene, "long", () => accounts.register({ username: "bob", password: wrong().repeat(40) }));
  await attempt(scene, "as a name", () => accounts.register({ username: wrong(), password: wrong() }));
  await attempt(scene, "wrong", () => accounts.login({ username: "alice", password: wrong() }));
  await attempt(scene, "password for a name", () =>
    accounts.login({ username: marks.next("typed as a name", "*"), password: wrong() }),
  );
  await attempt(scene, "no token", () => accounts.whoAmI({}));
  for (const options of [bad, odd]) {
    await attempt(scene, "bad token", () => accounts.whoAmI({}, options));
    await attempt(scene, "bad token", () => accounts.logout({}, options));
    await attempt(scene, "bad token", () =>
      accounts.changePassword({ currentPassword: wrong(), newPassword: wrong() }, options),
    );
    await attempt(scene, "bad token", () => accounts.watch({}, options)[Symbol.asyncIterator]().next());
  }
  await accounts.whoAmI({}, session);
  await accounts.listSessions({}, session);
  const events = accounts.watch({ sinceMs: 1n }, session)[Symbol.asyncIterator]();
  await events.next();
  await accounts.revokeSession({ sessionId: other.sessionId }, session);
  await attempt(scene, "no such session", () => accounts.revokeSession({ sessionId: randomBytes(16) }, session));
  await accounts.logoutEverywhere({ keepCurrent: true }, session);
  await attempt(scene, "change", () =>
    accounts.changePassword({ currentPassword: wrong(), newPassword: second }, session),
  );
  await accounts.changePassword({ currentPassword: first, newPassword: second }, session);
  const { stdout } = await new ServerProcess(t, ["admin", "reset", "alice"], env).ended();
  const [code = ""] = stdout.split("\n");
  marks.add("the reset code", code);
  const badCode = marks.next("a wrong code", "*");
  await attempt(scene, "code", () =>
    accounts.resetPassword({ username: "alice", code: badCode, newPassword: wrong() }),
  );
  await attempt(scene, "code", () =>
    accounts.resetPassword({ username: badCode, code: badCode, newPassword: wrong() }),
  );
  await accounts.resetPassword({ username: "alice", code, newPassword: third });
  await attempt(scene, "watch ends", () => readAll(events));
  const last = await login(third);
  await readAll(accounts.exportAccount({}, last.session)[Symbol.asyncIterator]());
  const { session: ended } = await login(third);
  await accounts.logout({}, ended);
  await attempt(scene, "delete", () => accounts.deleteAccount({ password: wrong() }, last.session));
  // Another, which leaves its rows in the tables.
  await accounts.register({ username: "carol", password: first });
  await accounts.deleteAccount({ password: third }, last.session);
  return called;
}

/** Errors are among what must hold no secret. */
async function attempt({ t, writings }: Scene, what: string, call: () => Promise<unknown>): Promise<void> {
  const error: unknown = await call().then(
    () => undefined,
    (caught: unknown) => caught,
  );
  if (!(error instanceof RpcError)) {
    t.fail(`${what}: it should have failed with an RpcError`);
    return;
  }
  const { message, details, stack } = error;
  const values = details.map(({ value }) => Buffer.from(value).toString("latin1"));
  writings.set(`error ${writings.size}: ${what}`, [message, stack, ...values].join("\n"));
}

/** Notes the names of calls. */
function noting(accounts: Accounts, called: Set<string>): Accounts {
  return new Proxy(accounts, {
    get(target, name) {
      called.add(String(name));
      return Reflect.get(target, name);
    },
  });
}

async function readAll(stream: AsyncIterator<unknown>): Promise<void> {
  while ((await stream.next()).done !== true) {
    // What comes is of no interest here.
  }
}

/** What is no call at all: a service that is not there, and bytes that are no TLS. */
async function sendGarbage(port: number, certs: string, marks: SecretMarks): Promise<void> {
  const ca = readFileSync(join(certs, "ca.pem"));
  const connection = await connect({ host: "127.0.0.1", port, tls: { ca } });
  const elsewhere = { ...AccountServiceDefinition, fullName: `${marks.next("a service's name", "x*")}.Service` };
  const stranger: Accounts = connection.client(elsewhere as unknown as typeof AccountServiceDefinition);
  await stranger.login({ username: "alice", password: marks.next("a password sent elsewhere") }).catch(() => undefined);
  connection.close();
  await new Promise<void>((resolve) => {
    const socket = dialTcp({ host: "127.0.0.1", port }, () =>
      socket.end(`GET /?${marks.next("garbage", "*")} HTTP/1.1\r\n\r\n`),
    );
    socket.on("error", () => undefined);
    socket.on("close", () => resolve());
    socket.resume();
  });
}

async function takeMetrics(server: ServerProcess, writings: Writings): Promise<void> {
  const url = await server.metricsUrl();
  const response = await fetch(url);
  const text = await response.text();
  if (response.status !== 200 || !text.includes('earshot_logins_total{outcome="refused"} ')) {
    throw new Error(`metrics: ${response.status} ${text}`);
  }
  writings.set("metrics", text);
  const elsewhere = await fetch(`${url}/nowhere`, { method: "POST" });
  writings.set("metrics elsewhere", await elsewhere.text());
}

/** Of every key that lies there; the first and last ones may be shared by all keys of a kind. */
function keyLines(certs: string): string[] {
  const pem = ["server-key.pem", "ca-key.pem"].map((name) => readFileSync(join(certs, name), "utf8")).join("\n");
  return pem.split("\n").filter((line) => line.length >= 40 && !line.startsWith("-") && !line.startsWith("MI"));
}

function readable(row: unknown): unknown {
  return Object.values(row as object).map((value) =>
    Buffer.isBuffer(value) ? [value.toString("latin1"), value.toString("hex"), value.toString("base64")] : value,
  );
}
