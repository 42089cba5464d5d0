// The log: one line an event, and nobody writes lines of their own into it.

import { join } from "node:path";
import t from "tap";
import { RpcError, StatusCode } from "../../src/rpc/index.js";
import { createAccountServer } from "../../src/server/account-server.js";
import { ServerLog } from "../../src/server/server-log.js";

t.test("a line has time, level, event and its fields", async (t) => {
  const lines: string[] = [];
  new ServerLog((line) => lines.push(line)).line("info", "login", {
    username: "alice",
    port: 7443,
    account: undefined,
  });
  t.equal(lines.length, 1);
  t.match(lines[0], /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z info login username=alice port=7443\n$/);
});

t.test("values cannot end the line, forge fields or drive the terminal", async (t) => {
  const lines: string[] = [];
  const log = new ServerLog((line) => lines.push(line));
  for (const hostile of ["a\nb", "a b=c", 'a"b', "\u001b[31m", "\u009b31m", "\u2028", "", "\u0000"]) {
    log.line("warning", "refused", { address: hostile });
  }
  for (const line of lines) {
    t.match(line, /^[ -!#-~\u00a0-\uffff]+ address="(?:[^"\\\n]|\\.)*"\n$/, JSON.stringify(line));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there.
    t.notMatch(line.slice(0, -1), /[\u0000-\u001f\u007f-\u009f\u2028]/);
  }
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
