// Clients that ask for everything and read nothing: the server, a process of its own, grows by little, and serves others.

import { join } from "node:path";
import t, { type Test } from "tap";
import { connect } from "../../src/rpc/index.js";
import { EchoServiceDefinition } from "../gen/earshot/test/v1/echo.js";
import { frameBytes, rawClient } from "../helpers/raw-client.js";
import { testAuthority } from "../helpers/rpc-pair.js";
import { asking, data, hello, messageOfBytes, opening, request, UNREAD } from "../rpc/conformance/client-frames.js";
import { LoadProcess, type Report } from "./rpc-load-process.js";

t.setTimeout(180_000);

/** What one client may hold of a server by default: 32 MiB of unread requests, 1 MiB of unread answers, and what surrounds them. */
const MAX_GROWTH_BYTES = 60_000_000;
/** Looks at the server while the greed goes on. */
const ROUNDS = 4;
const ENDLESS = 0xffff_ffff;
const PINGS = Buffer.concat(
  Array.from({ length: 20_000 }, () => frameBytes({ body: { $case: "ping", value: { token: 1n } } })),
);

/** What the client sends; it never reads. */
const GREEDY: readonly (readonly [string, readonly Uint8Array[]])[] = [
  [
    "a thousand endless streams of responses with all the credit there is",
    Array.from({ length: 1_000 }, (_, index) =>
      asking(2 * index + 1, { count: ENDLESS, size: 1_000 }, { credit: ENDLESS }),
    ),
  ],
  [
    "a thousand streams of requests to handlers that read nothing",
    Array.from({ length: 1_000 }, (_, index) => [
      opening(2 * index + 1, "clientStream", UNREAD),
      data(2 * index + 1, messageOfBytes(50_000)),
      data(2 * index + 1, messageOfBytes(50_000)),
    ]).flat(),
  ],
  ["pings without end", Array.from({ length: 200 }, () => PINGS)],
  [
    "calls without end, with large answers",
    Array.from({ length: 2_000 }, (_, index) => request(2 * index + 1, { payload: messageOfBytes(50_000) })),
  ],
];

for (const [name, frames] of GREEDY) {
  t.test(name, async (t) => {
    const { server, port, ca } = await startServer(t);
    const connection = await connect({ host: "127.0.0.1", port, tls: { ca } });
    t.teardown(() => connection.close({ graceMs: 0 }));
    const echo = connection.client(EchoServiceDefinition);
    const call = async (): Promise<void> => {
      for (let calls = 0; calls < 100; calls += 1) {
        await echo.unary({ text: "still here" });
      }
    };
    await call();
    const before = await heldBytes(server);
    const greedy = await rawClient(t, { host: "127.0.0.1", port, ca });
    greedy.socket.pause();
    greedy.write(hello(), ...frames);
    let most = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      await call();
      most = Math.max(most, (await heldBytes(server)) - before);
    }
    t.comment(`grown by ${Math.round(most / 1000)} kB`);
    t.ok(most < MAX_GROWTH_BYTES);
    greedy.socket.destroy();
    await emptied(server);
    const left = (await heldBytes(server)) - before;
    t.comment(`${Math.round(left / 1000)} kB are left`);
    t.ok(left < MAX_GROWTH_BYTES / 4, "and is as it was when the client has gone");
  });
}

async function startServer(t: Test) {
  const { ca, server: tls } = await testAuthority();
  const file = join(t.testdir(), "server");
  const server = new LoadProcess(t, "rpc-load-server", { file, tls, limits: {}, graceMs: 0, port: 0 });
  const report = await server.report(({ what }) => what === "listening");
  return { server, port: report.what === "listening" ? report.port : 0, ca };
}

async function books(server: LoadProcess): Promise<Extract<Report, { what: "books" }>> {
  const answer = server.report(({ what }) => what === "books");
  server.askBooks();
  const report = await answer;
  if (report.what !== "books") {
    throw new Error("these are no books");
  }
  return report;
}

async function heldBytes(server: LoadProcess): Promise<number> {
  return (await books(server)).heldBytes;
}

async function emptied(server: LoadProcess): Promise<void> {
  while ((await books(server)).openConnections > 1) {
    // Each question takes a turn of both processes.
  }
}
