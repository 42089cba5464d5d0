// The metrics' HTTP: one path, two methods, limits, and what it says when it cannot listen.

import { once } from "node:events";
import { request } from "node:http";
import { connect } from "node:net";
import t, { type Test } from "tap";
import { MetricsEndpoint, type MetricsSource } from "../../../src/server/metrics/metrics-endpoint.js";

const SOURCE: MetricsSource = { contentType: "text/plain; version=0.0.4", metrics: async () => "up 1\n" };

async function open(t: Test, source = SOURCE, host = "127.0.0.1"): Promise<MetricsEndpoint> {
  const endpoint = await MetricsEndpoint.open({ host, port: 0 }, source);
  t.teardown(() => endpoint.close());
  return endpoint;
}

t.test("GET and HEAD of /metrics are answered, and nothing else", async (t) => {
  const { url } = await open(t);
  t.match(url, /^http:\/\/127\.0\.0\.1:\d+\/metrics$/);
  const got = await fetch(url);
  t.equal(got.status, 200);
  t.equal(got.headers.get("content-type"), SOURCE.contentType);
  t.equal(await got.text(), "up 1\n");
  t.equal((await fetch(`${url}?name[]=up`)).status, 200);
  const head = await fetch(url, { method: "HEAD" });
  t.same([head.status, head.headers.get("content-length"), await head.text()], [200, "5", ""]);
  for (const path of ["/", "/metrics/", "/metricsx", "/../metrics%00", "//metrics"]) {
    t.equal((await raw(url, { path })).status, 404, path);
  }
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"]) {
    const refused = await raw(url, { method });
    t.same([refused.status, refused.allow], [405, "GET, HEAD"], method);
  }
});

t.test("a source that fails is told as such, without why", async (t) => {
  const { url } = await open(t, { ...SOURCE, metrics: () => Promise.reject(new Error("password=hunter2")) });
  const response = await fetch(url);
  t.equal(response.status, 500);
  t.notMatch(await response.text(), /hunter2/);
});

t.test("headers that are too long, and connections that are too many, are refused", async (t) => {
  const { url, address } = await open(t);
  t.equal((await raw(url, { headers: { x: "y".repeat(20_000) } })).status, 431);
  const sockets = Array.from({ length: 40 }, () => connect(address.port, "127.0.0.1"));
  t.teardown(() => sockets.forEach((socket) => void socket.destroy()));
  await new Promise<void>((resolve) => {
    let dropped = 0;
    for (const socket of sockets) {
      socket.on("error", () => undefined);
      socket.on("close", () => {
        dropped += 1;
        if (dropped === 24) resolve();
      });
      socket.resume();
    }
  });
  t.equal(sockets.filter((socket) => !socket.destroyed).length, 16);
});

t.test("closing does not wait for who reads or says nothing", async (t) => {
  const endpoint = await MetricsEndpoint.open({ host: "127.0.0.1", port: 0 }, SOURCE);
  const socket = connect(endpoint.address.port, "127.0.0.1");
  socket.on("error", () => undefined);
  await once(socket, "connect");
  const ended = new Promise((resolve) => socket.once("close", resolve));
  socket.write("GET /metrics HTTP/1.1\r\n");
  await t.resolves(endpoint.close());
  await ended;
});

t.test("only loopback is not exposed", async (t) => {
  t.equal((await open(t)).isExposed, false);
  t.equal((await open(t, SOURCE, "localhost")).isExposed, false);
  t.equal((await open(t, SOURCE, "0.0.0.0")).isExposed, true);
});

t.test("an address that is taken, or none of ours, is a sentence", async (t) => {
  const { address } = await open(t);
  const taken = MetricsEndpoint.open({ host: "127.0.0.1", port: address.port }, SOURCE);
  await t.rejects(taken, {
    name: "CommandError",
    message: /^--metrics 127\.0\.0\.1:\d+: another program listens there/,
  });
  await t.rejects(MetricsEndpoint.open({ host: "192.0.2.1", port: 0 }, SOURCE), { message: /no such address/ });
});

interface Answer {
  readonly status: number | undefined;
  readonly allow: string | undefined;
}

/** As it is given, which fetch would tidy up. */
async function raw(
  url: string,
  options: { path?: string; method?: string; headers?: Record<string, string> },
): Promise<Answer> {
  const sent = request(url, { agent: false, ...options }).end();
  const [response] = await once(sent, "response");
  response.resume();
  await once(response, "close");
  return { status: response.statusCode, allow: response.headers.allow };
}
