// Health as an orchestrator asks for it: one answer, or a watch that is told of each change and of the server's end.

import t, { type Test } from "tap";
import {
  HealthCheckResponse_ServingStatus as Answer,
  HealthCheckResponse,
  HealthDefinition,
} from "../../../src/gen/grpc/health/v1/health.js";
import { serveHealth } from "../../../src/rpc/index.js";
import { frameBytes, rawClient } from "../../helpers/raw-client.js";
import { failure, summary } from "../../helpers/rpc-failure.js";
import { dial, startServer } from "../../helpers/rpc-pair.js";

async function healthServer(t: Test) {
  const running = await startServer(t);
  const health = serveHealth(running.server);
  const connection = await dial(t, running);
  return { ...running, health, connection, client: connection.client(HealthDefinition) };
}

/** The next status of a watch. */
async function nextOf(watch: AsyncIterator<{ status: Answer }>): Promise<Answer | "ended"> {
  const { value, done } = await watch.next();
  return done === true ? "ended" : value.status;
}

t.test("the server as a whole serves from the start; a service is known once it is set", async (t) => {
  const { health, client } = await healthServer(t);
  t.same(await client.check({}), { status: Answer.SERVING });
  t.same(summary(await failure(client.check({ service: "shop.v1.Orders" }))), ["NOT_FOUND", undefined, "answered"]);
  health.set("shop.v1.Orders", "NOT_SERVING");
  t.same(await client.check({ service: "shop.v1.Orders" }), { status: Answer.NOT_SERVING });
  health.set("", "UNKNOWN");
  t.same(await client.check({ service: "" }), { status: Answer.UNKNOWN });
});

t.test("a list holds all that is known", async (t) => {
  const { health, client } = await healthServer(t);
  health.set("a", "NOT_SERVING");
  const { statuses } = await client.list({});
  t.same(Object.keys(statuses).sort(), ["", "a"]);
  t.match(statuses["a"], { status: Answer.NOT_SERVING });
});

t.test("a watch tells the status at once and again when it changes, and not when it does not", async (t) => {
  const { health, client } = await healthServer(t);
  const watch = client.watch({ service: "shop.v1.Orders" })[Symbol.asyncIterator]();
  t.equal(await nextOf(watch), Answer.SERVICE_UNKNOWN);
  health.set("shop.v1.Orders", "SERVING");
  t.equal(await nextOf(watch), Answer.SERVING);
  health.set("shop.v1.Orders", "SERVING");
  health.set("another", "NOT_SERVING");
  health.set("shop.v1.Orders", "NOT_SERVING");
  t.equal(await nextOf(watch), Answer.NOT_SERVING);
  await watch.return?.();
});

t.test("a closing server serves no more: watches are told, and end, and do not hold it up", async (t) => {
  const { health, client, server } = await healthServer(t);
  health.set("shop.v1.Orders", "SERVING");
  const watches = ["", "shop.v1.Orders", "unheard of"].map((service) =>
    client.watch({ service })[Symbol.asyncIterator](),
  );
  await Promise.all(watches.map(nextOf));
  const closed = server.close({ graceMs: 60_000 });
  health.set("shop.v1.Orders", "SERVING");
  const told = await Promise.all(watches.map(async (watch) => [await nextOf(watch), await watch.next()]));
  t.match(told, [
    [Answer.NOT_SERVING, { done: true }],
    [Answer.NOT_SERVING, { done: true }],
    ["ended", { done: true }],
  ]);
  await closed;
});

t.test("a watch that is left leaves nothing behind", async (t) => {
  const { health, client, server } = await healthServer(t);
  const ended = new Promise<void>((resolve) => server.once("callEnd", () => resolve()));
  for await (const { status } of client.watch({})) {
    t.equal(status, Answer.SERVING);
    break;
  }
  await ended;
  health.set("", "NOT_SERVING");
  t.same(await client.check({}), { status: Answer.NOT_SERVING });
});

t.test("a reader without room is told the newest status, not all that came before", async (t) => {
  const running = await startServer(t);
  const health = serveHealth(running.server);
  const client = await rawClient(t, running);
  const value = { method: "grpc.health.v1.Health/Watch", credit: 1 };
  client.write(frameBytes({ streamId: 1, body: { $case: "request", value } }));
  await client.frames((frames) => frames.length === 1);
  for (let change = 0; change < 50; change += 1) {
    health.set("", change % 2 === 0 ? "NOT_SERVING" : "SERVING");
    await new Promise((resolve) => setImmediate(resolve));
  }
  health.set("", "UNKNOWN");
  client.write(frameBytes({ streamId: 1, body: { $case: "credit", value: { bytes: 1000 } } }));
  const statuses = (frames: Awaited<ReturnType<typeof client.frames>>) =>
    frames.map(({ body }) => (body?.$case === "data" ? HealthCheckResponse.decode(body.value.payload).status : body));
  const told = statuses(await client.frames((frames) => statuses(frames).at(-1) === Answer.UNKNOWN));
  t.ok(told.length <= 3, `${told.length} messages; one may have been under way`);
});
