// A cluster of three Galera nodes, formed once for all of this: migrations, staleness, races, and a node and a server killed.

import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import t from "tap";
import { decodeDatabaseUrl } from "../../src/server/store/database-url.js";
import { MysqlDatabase } from "../../src/server/store/mysql-database.js";
import { openStore } from "../../src/server/store/open-store.js";
import type { SqlStatement } from "../../src/server/store/sql-database.js";
import { Galera } from "../fixtures/galera.js";
import { AccountFlow } from "./account-flow.js";
import { startServers } from "./cluster.js";

const ORDERS = [
  [0, 1, 2],
  [1, 2, 0],
  [2, 0, 1],
] as const;
const NODE_DEAD_MS = 5_000;
const SERVER_DEAD_MS = 1_000;

if (process.platform !== "linux") {
  t.plan(0, "Galera runs on Linux alone");
  process.exit();
}
const galera = await Galera.start(t);
const [first, , third] = galera.nodes;
const nodes = await Promise.all(ORDERS.map((order) => open(order)));
const [one, two] = nodes;
/** Under way while the next test needs but two nodes. */
let rejoined: Promise<void> | undefined;

t.test("servers that start at once make the tables once, although a node is killed meanwhile", async (t) => {
  const opening = ORDERS.map((order) => openStore(galera.url(order)));
  await third?.crash();
  const stores = await Promise.all(opening);
  await Promise.all(stores.map((store) => store.close()));
  const versions = await one?.query(select("SELECT version FROM schema_migrations ORDER BY version"));
  t.same(
    versions?.map(({ version }) => Number(version)),
    versions?.map((_, index) => index + 1),
  );
  t.same(await one?.query(select("SELECT * FROM schema_lease")), [], "and gave the lease back");
  rejoined = third?.rejoin();
});

t.test("what one node has acknowledged another one knows at once", async (t) => {
  await one?.define("CREATE TABLE notes (id BINARY(16) PRIMARY KEY, name BINARY(8) UNIQUE, seen INT NOT NULL)");
  let stale = 0;
  for (let round = 0; round < 200; round += 1) {
    const id = randomBytes(16);
    await one?.write([insert(id, randomBytes(8))]);
    const change = { sql: "UPDATE notes SET seen = seen + 1 WHERE id = ?", values: [id] };
    const read = { sql: "SELECT id FROM notes WHERE id = ?", values: [id] };
    const known = round % 2 === 0 ? await two?.query(read) : await two?.write([change]);
    stale += known?.[0] === undefined || known[0] === 0 ? 1 : 0;
  }
  t.equal(stale, 0, "of 200, by reading and by changing");
});

t.test("of those who want one name on three nodes at once, one gets it", async (t) => {
  await rejoined;
  let winners = 0;
  for (let round = 0; round < 50; round += 1) {
    const name = randomBytes(8);
    const results = await Promise.allSettled(nodes.map((node) => node.write([insert(randomBytes(16), name)])));
    winners += results.filter(({ status }) => status === "fulfilled").length;
    for (const result of results) {
      t.ok(result.status === "fulfilled" || codeOf(result.reason) === "duplicate");
    }
  }
  t.equal(winners, 50);
});

t.test(
  "a node and then a server are killed: nothing that was acknowledged is lost, to users and to writers",
  async (t) => {
    const servers = await startServers(t, galera);
    const flow = new AccountFlow(servers, NODE_DEAD_MS + SERVER_DEAD_MS);
    t.teardown(() => flow.close());
    const written: Buffer[] = [];
    let isOver = false;
    const writing = (async () => {
      while (!isOver) {
        const id = randomBytes(16);
        // Refused by its own key: an attempt before, whose answer was lost, had written it.
        await one?.write([insert(id, id.subarray(0, 8))]).catch(onlyDuplicate);
        written.push(id);
      }
    })();
    const disturb = async (): Promise<void> => {
      await sleep(500);
      await first?.crash();
      await sleep(NODE_DEAD_MS);
      await servers[1]?.end("SIGKILL");
      await sleep(SERVER_DEAD_MS);
      isOver = true;
    };
    await flow.run(6, disturb());
    await writing;
    await flow.verify();
    const { registered, checked, loggedOut, faults, stallMs } = flow.counts;
    t.same(flow.broken, [], `stalled for ${Math.round(stallMs)} ms at the most; ${faults} faults`);
    t.ok(registered > 5 && checked > 50 && loggedOut > 5, JSON.stringify(flow.counts));
    let lost = 0;
    for (const id of written) {
      const rows = await two?.query({ sql: "SELECT seen FROM notes WHERE id = ?", values: [id] });
      lost += rows?.length === 1 ? 0 : 1;
    }
    t.equal(lost, 0, `of ${written.length}, each written once`);
  },
);

t.test("a node that has lost the others answers nothing, and that is told in time", async (t) => {
  const alone = await open([2]);
  await galera.nodes[1]?.crash();
  await t.rejects(
    (async () => {
      for (;;) {
        await alone.query(select("SELECT COUNT(*) AS n FROM notes"));
      }
    })(),
    { name: "StoreError", code: /unavailable|timeout/ },
  );
});

async function open(order: readonly number[]): Promise<MysqlDatabase> {
  const target = decodeDatabaseUrl(galera.url(order));
  if (target.kind !== "mysql") {
    throw new Error("not a MySQL URL");
  }
  const database = await MysqlDatabase.open(target);
  t.teardown(() => database.close());
  return database;
}

function select(sql: string): SqlStatement {
  return { sql, values: [] };
}

function insert(id: Buffer, name: Buffer): SqlStatement {
  return { sql: "INSERT INTO notes (id, name, seen) VALUES (?, ?, 0)", values: [id, name] };
}

function onlyDuplicate(error: unknown): void {
  if (codeOf(error) !== "duplicate") {
    throw error;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error ? Reflect.get(error, "code") : undefined;
}
