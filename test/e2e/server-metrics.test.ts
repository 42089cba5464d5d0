// --metrics by hand: where it listens, the warning for more than loopback, and that it ends with the server.

import { join } from "node:path";
import t from "tap";
import { ServerProcess, stop } from "./server-program.js";

const PLAIN = ["--plaintext", "--listen", "127.0.0.1:0"];

t.test("a port alone is one of loopback; it is served until the server ends", async (t) => {
  const database = ["--database", join(t.testdir(), "a.db")];
  const server = new ServerProcess(t, [...PLAIN, ...database, "--metrics", "0", "--log-format", "json"]);
  await server.listening();
  const url = await server.metricsUrl();
  t.match(url, /^http:\/\/127\.0\.0\.1:\d+\/metrics$/);
  const response = await fetch(url);
  t.equal(response.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  t.match(await response.text(), /^# HELP earshot_logins_total .*\n# TYPE earshot_logins_total counter\n/m);
  const port = new URL(url).port;
  const taken = await new ServerProcess(t, [...PLAIN, ...database, "--metrics", port]).ended();
  t.match(taken, { code: 1, stderr: /\nserver: --metrics 127\.0\.0\.1:\d+: another program listens there; .*\n$/ });
  const { code, stderr } = await stop(server);
  t.equal(code, 0);
  t.match(JSON.parse(stderr), { level: "warning", event: "plaintext" });
  await t.rejects(fetch(url));
});

t.test("more than loopback is warned of, and other mistakes are told", async (t) => {
  const database = ["--database", join(t.testdir(), "a.db")];
  const server = new ServerProcess(t, [...PLAIN, ...database, "--metrics", "0.0.0.0:0"]);
  await server.listening();
  t.match(
    (await stop(server)).stderr,
    /warning metrics_exposed address=http:\/\/0\.0\.0\.0:\d+\/metrics message="--metrics: /,
  );
  const bad = await new ServerProcess(t, [...PLAIN, ...database, "--metrics", "host"]).ended();
  t.match(bad, { code: 2, stderr: /Write a port, such as 9464/ });
});
