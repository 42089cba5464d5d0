// The health service knows the database: away is told, and back again, by a probe and by what calls see.

import { renameSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import { AccountServiceDefinition } from "../../src/gen/earshot/accounts/v1/accounts.js";
import { HealthCheckResponse_ServingStatus as Answer, connect, HealthDefinition } from "../../src/rpc/index.js";
import { createAccountServer } from "../../src/server/account-server.js";
import { ServerMetrics } from "../../src/server/metrics/server-metrics.js";
import { ServerLog } from "../../src/server/server-log.js";
import { StoreError, type StoreErrorCode } from "../../src/server/store/store-error.js";
import { StoreHealth } from "../../src/server/store-health.js";
import { Mariadb } from "../fixtures/mariadb.js";

t.test("what calls see is believed at once, but for what one call alone is to blame for", async (t) => {
  const told: (StoreErrorCode | undefined)[] = [];
  const health = new StoreHealth({ probe: async () => undefined, onChange: (outage) => told.push(outage?.code) });
  for (const code of ["duplicate", "conflict", "overloaded", "internal", "timeout", "closed"] as const) {
    health.saw(new StoreError(code, "x"));
  }
  health.saw(undefined);
  t.same(told, []);
  health.saw(new StoreError("unavailable", "x"));
  health.saw(new StoreError("access_denied", "x"));
  t.same(told, ["unavailable"], "told once");
});

t.test("a probe finds an outage that no call sees, and its end", async (t) => {
  let isThere = true;
  let onTold: (code: StoreErrorCode | undefined) => void = () => undefined;
  const next = () => new Promise<StoreErrorCode | undefined>((resolve) => (onTold = resolve));
  const health = new StoreHealth({
    probe: async () => {
      if (!isThere) {
        throw new StoreError("unavailable", "x");
      }
    },
    onChange: (outage) => onTold(outage?.code),
  });
  const alive = setInterval(() => undefined, 1_000);
  health.start();
  health.start();
  const away = next();
  isThere = false;
  t.equal(await away, "unavailable");
  const back = next();
  isThere = true;
  t.equal(await back, undefined);
  health.stop();
  health.saw(new StoreError("unavailable", "x"));
  clearInterval(alive);
});

t.test("a SQLite file that was moved away", async (t) => {
  const file = join(t.testdir(), "a.db");
  const { next } = await healthOf(t, file);
  t.equal(await next(), Answer.SERVING);
  renameSync(file, `${file}.away`);
  t.equal(await next(), Answer.NOT_SERVING);
  renameSync(`${file}.away`, file);
  t.equal(await next(), Answer.SERVING);
});

t.test("a MariaDB that crashes, and one that freezes", async (t) => {
  const mariadb = await Mariadb.start(t);
  const { next, lines, metrics } = await healthOf(t, mariadb.url);
  const node = (isUp: 0 | 1): string => `earshot_database_node_up{node="127.0.0.1:${mariadb.port}"} ${isUp}\n`;
  t.equal(await next(), Answer.SERVING);
  t.match(await metrics.registry.metrics(), node(1));
  await mariadb.crash();
  t.equal(await next(), Answer.NOT_SERVING);
  t.match(await metrics.registry.metrics(), node(0));
  await mariadb.run();
  t.equal(await next(), Answer.SERVING);
  t.match(await metrics.registry.metrics(), node(1));
  t.match(lines.join(""), / warning database_node_down node=\S+ code=unavailable/);
  t.match(lines.join(""), / error database_away code=(?:unavailable|timeout) /);
  t.match(lines.join(""), / info database_node_up node=\S+\n/);
  t.match(lines.join(""), / info database_back\n/);
  t.notMatch(lines.join(""), mariadb.password);
  mariadb.freeze();
  t.equal(await next(), Answer.NOT_SERVING);
  mariadb.thaw();
  t.equal(await next(), Answer.SERVING);
});

interface HealthOf {
  readonly lines: readonly string[];
  readonly metrics: ServerMetrics;
  readonly next: () => Promise<Answer | undefined>;
}

/** A server of its own, and what its health service tells, one after the other. */
async function healthOf(t: Test, database: string): Promise<HealthOf> {
  const metrics = new ServerMetrics();
  const server = await createAccountServer({ database, plaintext: true, metrics });
  const lines: string[] = [];
  new ServerLog((line) => lines.push(line)).follow(server);
  const { port } = await server.listen({ host: "127.0.0.1", port: 0 });
  const connection = await connect({ host: "127.0.0.1", port, plaintext: true });
  t.teardown(async () => {
    connection.close();
    await server.close({ graceMs: 0 });
  });
  const health = connection.client(HealthDefinition);
  const watched = health.watch({ service: AccountServiceDefinition.fullName })[Symbol.asyncIterator]();
  return {
    lines,
    metrics,
    next: async () => {
      const { value } = await watched.next();
      return value?.status;
    },
  };
}
