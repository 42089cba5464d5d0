// What the metrics count, for a server that is used well and badly; and that no peer adds a label.

import { once } from "node:events";
import { renameSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import { AccountServiceDefinition } from "../../../src/gen/earshot/accounts/v1/accounts.js";
import { connect, type ServiceClient } from "../../../src/rpc/index.js";
import { createAccountServer } from "../../../src/server/account-server.js";
import { ServerMetrics } from "../../../src/server/metrics/server-metrics.js";

const PASSWORD = "tiger lamp ocean 42";
const LOGIN = { username: "alice", password: PASSWORD };

async function start(t: Test) {
  const metrics = new ServerMetrics();
  const database = join(t.testdir(), "a.db");
  const server = await createAccountServer({
    database,
    plaintext: true,
    metrics,
    hashing: { cost: { ln: 4, r: 8, p: 1 } },
    throttle: { loginsByNameAndAddress: { attempts: 2, withinS: 600 } },
  });
  const { port } = await server.listen({ host: "127.0.0.1", port: 0 });
  const connection = await connect({ host: "127.0.0.1", port, plaintext: true });
  t.teardown(async () => {
    connection.close();
    await server.close({ graceMs: 0 });
  });
  const values = async (): Promise<Map<string, number>> => {
    const lines = (await metrics.registry.metrics()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    return new Map(
      lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ")))]),
    );
  };
  return { server, database, connection, values };
}

t.test("registrations, logins, hashes, sessions and calls of the store are counted by outcome", async (t) => {
  const { server, connection, values } = await start(t);
  const accounts = connection.client(AccountServiceDefinition);
  t.equal((await values()).get("earshot_sessions"), 0);
  await accounts.register(LOGIN);
  await t.rejects(accounts.register(LOGIN));
  await t.rejects(accounts.register({ username: "x", password: "y" }));
  await accounts.login(LOGIN);
  for (let count = 0; count < 3; count += 1) {
    await t.rejects(accounts.login({ ...LOGIN, password: "violin gravel comet 17" }));
  }
  const found = await values();
  const expected: [string, number][] = [
    ['earshot_registrations_total{outcome="ok"}', 1],
    ['earshot_registrations_total{outcome="taken"}', 1],
    ['earshot_registrations_total{outcome="invalid"}', 1],
    ['earshot_logins_total{outcome="ok"}', 1],
    ['earshot_logins_total{outcome="refused"}', 2],
    ['earshot_logins_total{outcome="turned_away"}', 1],
    ['earshot_turned_away_total{reason="throttled"}', 1],
    ['earshot_account_events_total{kind="login_failed"}', 2],
    ['earshot_store_calls_total{call="openSession",outcome="ok"}', 1],
    ["earshot_store_up", 1],
    ["earshot_hash_queue_length", 0],
    ["earshot_hashes_running", 0],
    ['earshot_rpc_server_handled_total{method="earshot.accounts.v1.AccountService/Login",kind="unary",code="OK"}', 1],
  ];
  for (const [name, value] of expected) {
    t.equal(found.get(name), value, name);
  }
  t.ok((found.get("earshot_hash_seconds_count") ?? 0) >= 4);
  t.equal(found.get("earshot_hash_seconds_count"), found.get("earshot_hash_wait_seconds_count"));
  t.ok(found.has("process_cpu_seconds_total"));
  server.accounts.emit("turnedAway", "busy");
  t.equal((await values()).get('earshot_turned_away_total{reason="busy"}'), 1);
});

t.test("an outage is seen in the metrics", async (t) => {
  const { server, database, values } = await start(t);
  const away = once(server.accounts, "store");
  renameSync(database, `${database}.away`);
  t.match(await away, [{ code: "unavailable" }]);
  t.equal((await values()).get("earshot_store_up"), 0);
  const back = once(server.accounts, "store");
  renameSync(`${database}.away`, database);
  t.same(await back, [undefined]);
  t.equal((await values()).get("earshot_store_up"), 1);
});

t.test("what strangers send makes no label", async (t) => {
  const { connection, values } = await start(t);
  const call = async (count: number): Promise<void> => {
    const elsewhere = { ...AccountServiceDefinition, fullName: `stranger${count}.Service` };
    // As a stranger may: the same calls of a service that is not there.
    const stranger = connection.client(elsewhere) as unknown as ServiceClient<typeof AccountServiceDefinition>;
    await t.rejects(stranger.login({ username: `name${count}`, password: "x" }), { name: "RpcError" });
  };
  await Promise.all([call(0), values()]);
  const before = [...(await values()).keys()].filter((name) => !name.startsWith("nodejs_"));
  for (let count = 1; count < 20; count += 1) {
    await call(count);
  }
  const names = [...(await values()).keys()].filter((name) => !name.startsWith("nodejs_"));
  t.same(names, before);
  t.notMatch(names.join("\n"), /stranger|name\d/);
});
