// What Prometheus scrapes of a client and a server: with the real prom-client, over TLS.

import * as promClient from "prom-client";
import t, { type Test } from "tap";
import { prometheusMetrics, type RpcServer, StatusCode } from "../../../src/rpc/index.js";
import { EchoServiceDefinition } from "../../gen/earshot/test/v1/echo.js";
import type { EchoHandlers } from "../../helpers/echo-service.js";
import { failure } from "../../helpers/rpc-failure.js";
import { next, signal } from "../../helpers/rpc-pair.js";
import { count, observedEcho, streamOf } from "./observed-echo.js";

async function measured(t: Test, handlers: Partial<EchoHandlers> = {}) {
  const registry = new promClient.Registry();
  const metrics = prometheusMetrics({ client: promClient, registers: [registry] });
  const observe = (server: RpcServer) => metrics.observe(server);
  return { ...(await observedEcho(t, metrics, handlers, observe)), lines: () => linesOf(registry) };
}

/** "server_handled_total Unary OK 1": name, label values but the kind, value; without zeros and without histogram buckets. */
async function linesOf(registry: promClient.Registry): Promise<string[]> {
  const metrics = await registry.getMetricsAsJSON();
  return metrics.flatMap(({ name, values }) =>
    values
      .map((one) => ({ metricName: name, ...one }))
      .filter(({ metricName, value }) => !/_(bucket|sum)$/.test(metricName) && value !== 0)
      .map(({ metricName, labels, value }) => {
        const { kind: _, ...rest } = labels as Record<string, string>;
        const shown = Object.values(rest).map((label) => String(label).replace("earshot.test.v1.EchoService/", ""));
        return [metricName.replace(/^rpc_/, ""), ...shown, value].join(" ");
      }),
  );
}

t.test("calls of all four kinds, their messages and their codes, on both sides", async (t) => {
  const { echo, lines } = await measured(t);
  await echo.unary({ text: "a" });
  await count(echo.serverStream({ count: 3 }));
  await echo.clientStream(streamOf({ text: "a" }, { text: "b" }));
  await count(echo.bidi(streamOf({ text: "a" }, { text: "b" })));
  const told = await lines();
  for (const [method, requests, responses] of [
    ["Unary", 1, 1],
    ["ServerStream", 1, 3],
    ["ClientStream", 2, 1],
    ["Bidi", 2, 2],
  ]) {
    const expected = [
      `server_started_total ${method} 1`,
      `server_handled_total ${method} OK 1`,
      `server_call_seconds_count ${method} 1`,
      `server_messages_received_total ${method} ${requests}`,
      `server_messages_sent_total ${method} ${responses}`,
      `client_started_total ${method} 1`,
      `client_handled_total ${method} OK 1`,
      `client_call_seconds_count ${method} 1`,
      `client_messages_sent_total ${method} ${requests}`,
      `client_messages_received_total ${method} ${responses}`,
    ];
    for (const line of expected) t.ok(told.includes(line), line);
  }
  t.notMatch(told.join("\n"), /open_calls/, "none is open any more");
});

t.test("each metric says what it is, and its kind of call is a label", async (t) => {
  const registry = new promClient.Registry();
  prometheusMetrics({ client: promClient, registers: [registry], prefix: "shop", bucketsSeconds: [1, 2] });
  const text = await registry.metrics();
  for (const name of ["shop_server_handled_total", "shop_client_call_seconds", "shop_server_connections"]) {
    t.match(text, `# HELP ${name} `);
  }
  t.throws(() => prometheusMetrics({ client: promClient, registers: [registry], prefix: "shop" }), "a name twice");
  prometheusMetrics({ client: promClient, prefix: "everywhere" });
  t.match(await promClient.register.metrics(), "everywhere_server_handled_total", "else in the global registry");
});

t.test("what fails counts with the code that the caller got", async (t) => {
  const begun = signal();
  const { echo, lines } = await measured(t, {
    unary: async ({ text }, ctx) => {
      if (text === "bug") throw new TypeError("a bug");
      begun.resolve();
      await new Promise((resolve) => ctx.signal.addEventListener("abort", resolve));
      return {};
    },
  });
  await failure(echo.unary({ text: "bug" }));
  const cancel = new AbortController();
  const cancelled = failure(echo.unary({ text: "wait" }, { signal: cancel.signal }));
  await begun.promise;
  t.ok((await lines()).includes("server_open_calls Unary 1"), "an open call is counted while it is open");
  cancel.abort();
  await cancelled;
  await failure(echo.unary({ text: "wait" }, { timeoutMs: 30 }));
  await failure(count(echo.bidi(streamOf({ text: "fail" }))));
  const told = await lines();
  for (const side of ["server", "client"]) {
    for (const line of [
      "Unary INTERNAL 1",
      "Unary CANCELLED 1",
      "Unary DEADLINE_EXCEEDED 1",
      "Bidi FAILED_PRECONDITION 1",
    ]) {
      t.ok(told.includes(`${side}_handled_total ${line}`), `${side} ${line}`);
    }
  }
  t.notOk(told.some((line) => line.includes("open_calls")));
});

t.test("a stream that is left ends its call on both sides", async (t) => {
  const { echo, server, lines } = await measured(t);
  const ended = next(server, "callEnd");
  for await (const _ of echo.serverStream({ count: 1_000_000, size: 1_000 })) break;
  await ended;
  await new Promise((resolve) => setImmediate(resolve));
  t.notMatch((await lines()).join("\n"), /open_calls/);
});

t.test("what reaches no handler is counted without a label that a stranger chose", async (t) => {
  const { connection, lines } = await measured(t);
  const foreign = connection.client({ ...EchoServiceDefinition, fullName: "evil.Name" });
  t.equal((await failure(foreign.unary({}))).code, StatusCode.UNIMPLEMENTED);
  const told = await lines();
  t.ok(told.includes("server_handled_total unknown UNIMPLEMENTED 1"));
  t.notMatch(told.filter((line) => line.startsWith("server")).join("\n"), /evil/);
});

t.test("connections are counted while they last", async (t) => {
  const { connection, server, lines } = await measured(t);
  const echo = connection.client(EchoServiceDefinition);
  await echo.unary({});
  const open = await lines();
  t.ok(open.includes("server_connections TLSv1.3 1"));
  t.ok(open.includes("server_connections_total TLSv1.3 1"));
  const gone = next(server, "connectionEnd");
  await connection.close();
  await gone;
  const closed = await lines();
  t.notMatch(closed.join("\n"), /server_connections TLS/);
  t.ok(closed.includes("server_connections_total TLSv1.3 1"));
});
