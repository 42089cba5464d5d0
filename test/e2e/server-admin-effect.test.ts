// Disabling an account beside servers that run: it takes effect at once on all of them, and is told as it happens.

import { join } from "node:path";
import t, { type Test } from "tap";
import { SecurityEvent_Kind as Kind } from "../../src/gen/earshot/accounts/v1/accounts.js";
import { StatusCode } from "../../src/rpc/index.js";
import { Mariadb } from "../fixtures/mariadb.js";
import { failure } from "../fixtures/running-accounts.js";
import { bearer, PASSWORD, startAdministered } from "./administered-servers.js";
import { ServerProcess } from "./server-program.js";

t.test("disabling takes effect at once on all servers, on SQLite", (t) => disables(t, join(t.testdir(), "a.db")));

t.test("and on MariaDB", async (t) => {
  const mariadb = await Mariadb.start(t);
  t.testdir();
  const early = await new ServerProcess(t, ["admin", "users"], { EARSHOT_DATABASE: mariadb.url }).ended();
  t.match(early, {
    code: 1,
    stdout: "",
    stderr: /^server: \S+: the schema lacks versions 1 to \d+; run: server migrate\n$/,
  });
  await disables(t, mariadb.url);
});

async function disables(t: Test, database: string): Promise<void> {
  const { admin, one, two, env } = await startAdministered(t, database);
  const login = { username: "alice", password: PASSWORD };
  await one.register(login);
  const session = bearer((await one.login(login)).sessionToken);
  const follow = new ServerProcess(t, ["admin", "audit", "--follow", "--json", "--since", "5m"], env);
  const text = new ServerProcess(t, ["admin", "audit", "--follow", "--since", "1h", "--user", "alice"], env);
  await Promise.all([text.wrote(/ registered +alice {2}127\.0\.0\.1\n/), follow.wrote(/"kind":"login"/)]);

  const watched = two.watch({}, session)[Symbol.asyncIterator]();
  const first = watched.next();
  await two.whoAmI({}, session);
  t.match(await admin("disable", "Alice"), { code: 0, stdout: /^alice is disabled: no session is left/, stderr: "" });
  t.equal((await failure(two.whoAmI({}, session))).code, StatusCode.UNAUTHENTICATED);
  t.match(await first, { value: { event: { kind: Kind.KIND_DISABLED } } });
  t.equal((await failure(watched.next())).code, StatusCode.UNAUTHENTICATED, "and so ends who watches");
  t.equal((await failure(one.login(login))).code, StatusCode.PERMISSION_DENIED);
  await Promise.all([text.wrote(/ disabled +alice {2}by an administrator\n/), follow.wrote(/"kind":"disabled"/)]);
  for (const following of [follow, text]) {
    following.signal("SIGINT");
    t.match(await following.ended(), { code: 0, stderr: "" });
  }
  t.match(await admin("disable", "alice"), { code: 0, stdout: /^alice was disabled already, since 2\S+ \S+ UTC\.\n$/ });
  t.match(await admin("enable", "alice"), { code: 0, stdout: "alice can log in again.\n" });
  await two.login(login);
}
