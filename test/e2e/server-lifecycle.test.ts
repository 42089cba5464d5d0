// The `server` program as a process: starts on SQLite and on MariaDB, serves, ends calls in flight, keeps no secret.

import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import { RetryAfter } from "../../src/gen/earshot/accounts/v1/accounts.js";
import { StatusCode } from "../../src/rpc/index.js";
import { Mariadb } from "../fixtures/mariadb.js";
import { dial, ServerProcess, stop } from "./server-program.js";

t.test("on SQLite", async (t) => {
  const folder = t.testdir();
  const file = join(folder, "earshot.db");
  const secrets = await wholeLife(t, folder, { database: file, label: file });
  for (const name of readdirSync(folder).filter((name) => name.startsWith("earshot.db"))) {
    const content = readFileSync(join(folder, name));
    for (const secret of secrets) {
      t.notOk(content.includes(secret), `${name} holds no secret`);
    }
  }
});

t.test("on MariaDB", async (t) => {
  const mariadb = await Mariadb.start(t);
  const label = mariadb.url.replace(`:${mariadb.password}`, "");
  const secrets = await wholeLife(t, t.testdir(), { database: mariadb.url, label }, [mariadb.password]);
  await mariadb.stop();
  const files = readdirSync(join(mariadb.folder, "data", "app")).filter((name) => name.endsWith(".ibd"));
  t.ok(files.length >= 3, "the tables' files are read");
  for (const name of files) {
    const content = readFileSync(join(mariadb.folder, "data", "app", name));
    for (const secret of secrets) {
      t.notOk(content.includes(secret), `${name} holds no secret`);
    }
  }
});

t.test("a database that goes away is told of, is found again, and does not keep the server from ending", async (t) => {
  const mariadb = await Mariadb.start(t);
  const certs = join(t.testdir(), "certs");
  const server = new ServerProcess(t, ["--cert", certs, "--listen", "127.0.0.1:0"], { EARSHOT_DATABASE: mariadb.url });
  const accounts = await dial(t, await server.listening(), certs);
  const options = { metadata: { authorization: `Bearer ${"x".repeat(43)}` } };
  await t.rejects(accounts.whoAmI({}, options), { code: StatusCode.UNAUTHENTICATED });
  await mariadb.crash();
  const error = await accounts.whoAmI({}, options).catch((caught) => caught);
  t.equal(error.code, StatusCode.UNAVAILABLE);
  t.same(error.detail(RetryAfter), { retryAfterMs: 1_000 });
  await mariadb.run();
  await t.rejects(accounts.whoAmI({}, options), { code: StatusCode.UNAUTHENTICATED });
  mariadb.freeze();
  const { code, stderr } = await stop(server);
  t.equal(code, 0, stderr);
  t.match(stderr, /error store_error code=unavailable/);
});

interface Place {
  readonly database: string;
  readonly label: string;
}

/** Start, register, log in, stop with a call in flight, start again. Resolves with the secrets that nothing may hold. */
async function wholeLife(t: Test, folder: string, { database, label }: Place, more: string[] = []): Promise<string[]> {
  const certs = join(folder, "certs");
  const password = `tiger ${randomBytes(12).toString("hex")}`;
  const args = ["--cert", certs, "--listen", "127.0.0.1:0"];
  const env = { EARSHOT_DATABASE: database };

  const first = new ServerProcess(t, [...args, "--scrypt-cost", "15"], env);
  const accounts = await dial(t, await first.listening(), certs);
  const { account } = await accounts.register({ username: "alice", password });
  const { sessionToken } = await accounts.login({ username: "alice", password });
  await t.rejects(accounts.login({ username: "alice", password: `${password}!` }), {
    code: StatusCode.UNAUTHENTICATED,
  });
  await t.rejects(accounts.login({ username: password.replace(" ", "."), password }), {
    code: StatusCode.UNAUTHENTICATED,
  });

  // Answers of one connection keep no order: the session call proves that the login before it has arrived.
  const inFlight = accounts.login({ username: "alice", password });
  const metadata = { authorization: `Bearer ${sessionToken}` };
  t.same((await accounts.whoAmI({}, { metadata })).account, account);
  first.signal("SIGTERM");
  const last = await inFlight;
  t.same(last.account, account, "the call in flight ends well");
  const firstEnd = await first.ended();
  t.equal(firstEnd.code, 0, firstEnd.stderr);
  t.match(firstEnd.stdout, /^listening on 127\.0\.0\.1:\d+ \(TLS 1\.3, certificate server\.pem, database .*\)\n$/);
  t.ok(firstEnd.stdout.includes(`database ${label})`));
  t.match(firstEnd.stderr, /info registered username=alice .*\n(.*\n)*.*warning login_failed/);

  const second = new ServerProcess(t, args, env);
  const again = await dial(t, await second.listening(), certs);
  t.same((await again.whoAmI({}, { metadata })).account, account, "the session outlives the server");
  await again.logout({}, { metadata });
  const secondEnd = await stop(second);
  t.equal(secondEnd.code, 0, secondEnd.stderr);

  const secrets = [password, password.replace(" ", "."), sessionToken, last.sessionToken];
  const output = [firstEnd, secondEnd].map(({ stdout, stderr }) => stdout + stderr).join("");
  for (const secret of [...secrets, ...more]) {
    t.notOk(output.includes(secret), "no output holds a secret");
  }
  return secrets;
}
