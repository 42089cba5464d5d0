// Calls that end before their answer: deadlines, cancelling, queueing, lost connections, closing.

import t from "tap";
import { StatusCode } from "../../../src/rpc/index.js";
import { failure, summary } from "../../helpers/rpc-failure.js";
import { next, pair, signal } from "../../helpers/rpc-pair.js";

t.test("a deadline ends the call on both sides and says that it may have run", async (t) => {
  const aborted = signal<unknown>();
  const { accounts } = await pair(t, {
    login: (_request, { signal, deadline }) => {
      t.type(deadline, "number");
      return new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => {
          aborted.resolve(signal.reason);
          reject(signal.reason);
        });
      });
    },
  });
  const error = await failure(accounts.login({}, { timeoutMs: 50 }));
  t.equal(error.code, StatusCode.DEADLINE_EXCEEDED);
  t.ok(error.delivery === "unknown" || error.delivery === "answered", error.delivery);
  t.match(await aborted.promise, { name: "RpcError" });
});

t.test("the server clamps deadlines to its maximum and answers DEADLINE_EXCEEDED itself", async (t) => {
  const { accounts } = await pair(t, { login: () => new Promise(() => {}) }, { server: { maxDeadlineMs: 30 } });
  t.same(summary(await failure(accounts.login({}))), ["DEADLINE_EXCEEDED", undefined, "answered"]);
});

t.test("a deadline that has passed already sends nothing", async (t) => {
  const { accounts } = await pair(t);
  t.same(summary(await failure(accounts.login({}, { timeoutMs: 0 }))), ["DEADLINE_EXCEEDED", "deadline", "not_sent"]);
});

t.test("aborting the signal cancels here and aborts the handler there", async (t) => {
  const started = signal();
  const aborted = signal<unknown>();
  const { accounts } = await pair(t, {
    login: (_request, ctx) => {
      ctx.signal.addEventListener("abort", () => aborted.resolve(ctx.signal.reason));
      started.resolve();
      return new Promise(() => {});
    },
  });
  const abort = new AbortController();
  const call = failure(accounts.login({}, { signal: abort.signal }));
  await started.promise;
  abort.abort(new Error("changed my mind"));
  const error = await call;
  t.same(summary(error), ["CANCELLED", "cancelled", "unknown"]);
  t.match(error.cause, { message: "changed my mind" });
  t.match(await aborted.promise, { code: StatusCode.CANCELLED });
});

t.test("a signal that is aborted already sends nothing", async (t) => {
  const { accounts } = await pair(t);
  const error = await failure(accounts.login({}, { signal: AbortSignal.abort() }));
  t.same(summary(error), ["CANCELLED", "cancelled", "not_sent"]);
});

t.test("a late answer to a cancelled call is ignored", async (t) => {
  const started = signal();
  const release = signal();
  const { accounts } = await pair(t, {
    login: async ({ username }) => {
      if (username === "slow") {
        started.resolve();
        await release.promise;
      }
      return { sessionToken: username };
    },
  });
  const abort = new AbortController();
  const call = failure(accounts.login({ username: "slow" }, { signal: abort.signal }));
  await started.promise;
  abort.abort();
  await call;
  release.resolve();
  t.equal((await accounts.login({ username: "next" })).sessionToken, "next");
});

t.test("calls above the server's limit wait; their deadlines and signals hold while they do", async (t) => {
  const release = signal();
  let most = 0;
  let running = 0;
  const { accounts } = await pair(
    t,
    {
      login: async ({ username }) => {
        running += 1;
        most = Math.max(most, running);
        await release.promise;
        running -= 1;
        return { sessionToken: username };
      },
    },
    { server: { maxStreams: 4 } },
  );
  const first = Array.from({ length: 4 }, () => accounts.login({ username: "first" }));
  const abort = new AbortController();
  const cancelled = failure(accounts.login({}, { signal: abort.signal }));
  const expired = failure(accounts.login({}, { timeoutMs: 20 }));
  const waiting = accounts.login({ username: "waited" });
  abort.abort();
  t.same(summary(await cancelled), ["CANCELLED", "cancelled", "not_sent"]);
  t.same(summary(await expired), ["DEADLINE_EXCEEDED", "deadline", "not_sent"]);
  release.resolve();
  t.equal((await waiting).sessionToken, "waited");
  await Promise.all(first);
  t.equal(most, 4);
});

t.test("the queue of waiting calls is bounded", async (t) => {
  const limits = { server: { maxStreams: 4 }, client: { maxQueuedCalls: 2 } };
  const { accounts, connection } = await pair(t, { login: () => new Promise(() => {}) }, limits);
  const calls = Array.from({ length: 6 }, () => failure(accounts.login({})));
  t.same(summary(await failure(accounts.login({}))), ["RESOURCE_EXHAUSTED", "queue_full", "not_sent"]);
  await connection.close({ graceMs: 0 });
  const deliveries = (await Promise.all(calls)).map(({ delivery }) => delivery);
  t.same(deliveries, ["unknown", "unknown", "unknown", "unknown", "not_sent", "not_sent"]);
});

t.test("when the connection is lost, calls in flight may have run, and later ones were not sent", async (t) => {
  const started = signal();
  const { accounts, connection, server } = await pair(t, {
    login: () => {
      started.resolve();
      return new Promise(() => {});
    },
  });
  const closed = next(connection, "disconnect");
  const call = failure(accounts.login({}));
  await started.promise;
  await server.close({ graceMs: 0 });
  t.same(summary(await call), ["UNAVAILABLE", "server_closing", "unknown"]);
  t.match(await closed, [{ reason: "server_closing" }]);
  t.equal(connection.connected, false);
  t.equal(connection.open, true, "the next call may find a new server");
});

t.test("close lets calls in flight end, takes no new ones, and tells no reason", async (t) => {
  const started = signal();
  const release = signal();
  const { accounts, connection } = await pair(t, {
    login: async () => {
      started.resolve();
      await release.promise;
      return { sessionToken: "done" };
    },
  });
  const told = next(connection, "close");
  const call = accounts.login({});
  await started.promise;
  const closed = connection.close({ graceMs: 10_000 });
  t.same(summary(await failure(accounts.login({}))), ["UNAVAILABLE", "connection_closed", "not_sent"]);
  release.resolve();
  t.equal((await call).sessionToken, "done");
  await closed;
  t.same(await told, [undefined]);
});

t.test("close cancels what is still open after its grace", async (t) => {
  const aborted = signal();
  const started = signal();
  const { accounts, connection } = await pair(t, {
    login: (_request, { signal }) => {
      signal.addEventListener("abort", () => aborted.resolve());
      started.resolve();
      return new Promise(() => {});
    },
  });
  const call = failure(accounts.login({}));
  await started.promise;
  await connection.close({ graceMs: 10 });
  t.same(summary(await call), ["UNAVAILABLE", "connection_closed", "unknown"]);
  await aborted.promise;
});

t.test("a listener or a callback that throws breaks nothing", async (t) => {
  const { accounts, connection, server } = await pair(t);
  for (const event of ["connection", "call", "callEnd", "error"] as const) {
    server.on(event, () => {
      throw new Error("listener");
    });
  }
  connection.on("close", () => {
    throw new Error("listener");
  });
  const options = {
    onResponseMetadata: () => {
      throw new Error("callback");
    },
  };
  t.equal((await accounts.login({ username: "alive" }, options)).sessionToken, "alive");
});
