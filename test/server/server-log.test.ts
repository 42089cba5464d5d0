// The log: one line an event, and nobody writes lines of their own into it.

import { join } from "node:path";
import t from "tap";
import { AccountServiceDefinition } from "../../src/gen/earshot/accounts/v1/accounts.js";
import { connect, RpcError, StatusCode } from "../../src/rpc/index.js";
import { createAccountServer } from "../../src/server/account-server.js";
import { ServerLog } from "../../src/server/server-log.js";
import { StoreError } from "../../src/server/store/store-error.js";

t.test("what is below the level is not written", async (t) => {
  const lines: string[] = [];
  const log = new ServerLog((line) => lines.push(line), { level: "warning" });
  log.line("debug", "connection", {});
  log.line("info", "login", {});
  log.line("warning", "refused", {});
  log.error("internal_error", new Error("x"));
  t.match(lines, [/ warning refused\n$/, / error internal_error /]);
  t.equal(lines.length, 2);
});

t.test("an error is logged by our own message, a stranger's only by its name", async (t) => {
  const lines: string[] = [];
  const log = new ServerLog((line) => lines.push(line));
  log.error("internal_error", new Error("password=hunter2"));
  log.error("internal_error", new RpcError(StatusCode.UNAVAILABLE, "gone", { reason: "connection_lost" }));
  t.notMatch(lines[0], /hunter2/);
  t.match(lines[0], /message=Error at="at /);
  t.match(lines[1], /code=connection_lost message=gone/);
});

t.test("of many refused connections the first are written, then how many more there were", async (t) => {
  const server = await createAccountServer({ database: join(t.testdir(), "a.db"), plaintext: true });
  t.teardown(() => server.close());
  const lines: string[] = [];
  let isOver: () => void = () => undefined;
  const over = new Promise<void>((resolve) => {
    isOver = resolve;
  });
  const log = new ServerLog((line) => {
    lines.push(line);
    if (line.includes("more_refused")) {
      isOver();
    }
  });
  log.follow(server);
  const reason = new RpcError(StatusCode.UNAVAILABLE, "no", { reason: "not_tls" });
  const alive = setInterval(() => undefined, 1_000);
  for (let count = 0; count < 1_000; count += 1) {
    server.rpc.emit("refused", { address: "192.0.2.1", reason });
  }
  t.equal(lines.length, 10);
  await over;
  clearInterval(alive);
  t.match(lines.at(-1), /warning more_refused count=990\n$/);
});

t.test("a database that goes and comes back with every call, as on a full disk, does not fill the log", async (t) => {
  const server = await createAccountServer({ database: join(t.testdir(), "a.db"), plaintext: true });
  t.teardown(() => server.close());
  const lines: string[] = [];
  new ServerLog((line) => lines.push(line)).follow(server);
  for (let count = 0; count < 1_000; count += 1) {
    server.accounts.emit("store", new StoreError("unavailable", "the disk is full"));
    server.accounts.emit("store", undefined);
  }
  t.equal(lines.filter((line) => line.includes(" error database_away ")).length, 10);
  t.equal(lines.filter((line) => line.includes(" info database_back")).length, 10);
});

t.test(
  "a call tells who made it, what became of it and how long it took: at debug, or when the server is to blame",
  async (t) => {
    const server = await createAccountServer({ database: join(t.testdir(), "a.db"), plaintext: true });
    const { port } = await server.listen({ host: "127.0.0.1", port: 0 });
    const lines: string[] = [];
    const quiet: string[] = [];
    new ServerLog((line) => lines.push(line), { level: "debug" }).follow(server);
    new ServerLog((line) => quiet.push(line)).follow(server);
    const connection = await connect({ host: "127.0.0.1", port, plaintext: true });
    const accounts = connection.client(AccountServiceDefinition);
    await t.rejects(accounts.whoAmI({}), { code: StatusCode.UNAUTHENTICATED });
    const call = {
      connectionId: 1,
      method: "unknown",
      kind: "unary",
      ran: false,
      durationMs: 1,
      code: StatusCode.INTERNAL,
    } as const;
    server.rpc.emit("callEnd", { ...call, requestMessages: 1, responseMessages: 0, requestBytes: 1, responseBytes: 1 });
    connection.close();
    await server.close({ graceMs: 0 });
    t.match(lines, [
      / debug connection connection=1 address=127\.0\.0\.1 port=\d+\n$/,
      / debug call connection=1 method=\S+\/WhoAmI code=UNAUTHENTICATED duration_ms=[\d.]+ address=127\.0\.0\.1\n$/,
      / warning call connection=1 method=unknown code=INTERNAL duration_ms=1 address=127\.0\.0\.1\n$/,
      / debug connection_ended /,
    ]);
    t.match(quiet, [/ warning call /]);
    t.equal(quiet.length, 1);
  },
);
