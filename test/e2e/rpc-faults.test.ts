// kill -9, SIGSTOP and SIGTERM of either side under load: every call ends, and with the truth about its delivery.

import { join } from "node:path";
import t, { type Test } from "tap";
import type { Limits } from "../../src/rpc/index.js";
import { lastingPort } from "../helpers/lasting-port.js";
import { testAuthority } from "../helpers/rpc-pair.js";
import { type CallName, LoadProcess, type Report } from "./rpc-load-process.js";
import { reconcile } from "./rpc-load-record.js";

t.setTimeout(180_000);

/** A dead peer is found out within these. */
const WATCHFUL: Partial<Limits> = { pingIntervalMs: 200, pingTimeoutMs: 300, minPingIntervalMs: 50 };
/** Where nobody stops, nobody may be taken for dead that a busy machine keeps waiting. */
const PATIENT: Partial<Limits> = { ...WATCHFUL, pingTimeoutMs: 60_000 };
const KINDS: readonly CallName[] = ["unary", "serverStream", "clientStream", "bidi"];
const CALLERS: readonly CallName[] = Array.from({ length: 8 }, () => KINDS).flat();
/** Ended calls, after which the load is well under way. */
const UNDER_WAY = 200;
const GRACE_MS = 60_000;
/** Long enough for silence to be noticed first, short enough for a test where it is not. */
const TIMEOUT_MS = 3_000;
/** Where nobody stops, no call may run out of time; where a server is replaced, a busy machine takes its time to start one. */
const PATIENT_TIMEOUT_MS = 60_000;

async function load(t: Test, { reconnect = false, stops = false } = {}) {
  const limits = stops ? WATCHFUL : PATIENT;
  const folder = t.testdir();
  const [serverFile, clientFile] = [join(folder, "server"), join(folder, "client")];
  const { ca, server: tls } = await testAuthority();
  const serve = async (wantedPort: number) => {
    const order = { file: serverFile, tls, limits, graceMs: GRACE_MS, port: wantedPort };
    const server = new LoadProcess(t, "rpc-load-server", order);
    const report = await server.report(({ what }) => what === "listening");
    return { server, port: report.what === "listening" ? report.port : 0 };
  };
  const { server, port } = await serve(await lastingPort());
  const timeoutMs = stops ? TIMEOUT_MS : PATIENT_TIMEOUT_MS;
  const wish = { file: clientFile, port, ca, limits, callers: CALLERS, timeoutMs, reconnect };
  const client = new LoadProcess(t, "rpc-load-client", wish);
  await progressed(client, UNDER_WAY);
  return { server, client, account: () => reconcile(serverFile, clientFile), serveAgain: () => serve(port) };
}

async function progressed(client: LoadProcess, calls: number): Promise<number> {
  const report = await client.report((progress) => progress.what === "progress" && progress.calls >= calls);
  return report.what === "progress" ? report.calls : 0;
}

/** Waits until the server has no call left, and no connection either unless it may keep that. */
async function emptied(server: LoadProcess, openConnections = 0): Promise<void> {
  const asking = setInterval(() => server.askBooks(), 20);
  const isEmpty = (report: Report): boolean =>
    report.what === "books" && report.openCalls === 0 && report.openConnections <= openConnections;
  try {
    await server.report(isEmpty);
  } finally {
    clearInterval(asking);
  }
}

t.test("the server is killed", async (t) => {
  const { server, client, account } = await load(t);
  const finished = client.report(({ what }) => what === "finished");
  server.signal("SIGKILL");
  await finished;
  const { complaints, open, told } = account();
  t.same(complaints, []);
  t.same(open, [], "every call has ended");
  t.ok(told.some(({ code }) => code === "UNAVAILABLE"));
});

t.test("the server stops, and goes on much later", async (t) => {
  const { server, client, account } = await load(t, { stops: true });
  const finished = client.report(({ what }) => what === "finished");
  server.signal("SIGSTOP");
  await finished;
  server.signal("SIGCONT");
  await emptied(server);
  server.signal("SIGTERM");
  t.equal(await server.exited(), 0);
  const { complaints, open } = account();
  t.same(complaints, [], "what lay unread in its sockets meanwhile counts as well");
  t.same(open, [], "every call has ended");
});

t.test("the server is asked to end: no call that it took is lost", async (t) => {
  const { server, client, account } = await load(t);
  const finished = client.report(({ what }) => what === "finished");
  server.signal("SIGTERM");
  await finished;
  t.equal(await server.exited(), 0);
  const { complaints, open, told } = account();
  t.same(complaints, []);
  t.same(open, [], "every call has ended");
  t.same(
    told.filter(({ delivery, reason }) => delivery === "unknown" && reason !== "cancelled"),
    [],
    "nobody is left in doubt",
  );
});

t.test("the client is killed", async (t) => {
  const { server, client, account } = await load(t);
  client.signal("SIGKILL");
  await client.exited();
  await emptied(server);
  t.same(account().complaints, []);
});

t.test("the client stops, and goes on much later", async (t) => {
  const { server, client, account } = await load(t, { stops: true });
  const finished = client.report(({ what }) => what === "finished");
  client.signal("SIGSTOP");
  // Where no call waits for the client, its connection is merely idle.
  await emptied(server, 1);
  client.signal("SIGCONT");
  server.signal("SIGTERM");
  await finished;
  const { complaints, open } = account();
  t.same(complaints, []);
  t.same(open, [], "every call has ended");
});

t.test("the client is asked to end: what it began is answered", async (t) => {
  const { server, client, account } = await load(t);
  client.signal("SIGTERM");
  t.equal(await client.exited(), 0);
  await emptied(server);
  const { complaints, open, told } = account();
  t.same(complaints, []);
  t.same(open, [], "every call has ended");
  t.same(
    told.filter(({ delivery, reason }) => delivery === "unknown" && reason !== "cancelled"),
    [],
    "nobody is left in doubt",
  );
});

for (const signal of ["SIGTERM", "SIGKILL"] as const) {
  t.test(`${signal} of a server that another replaces at its address`, async (t) => {
    const { server, client, account, serveAgain } = await load(t, { reconnect: true });
    server.signal(signal);
    await server.exited();
    await serveAgain();
    await progressed(client, (await progressed(client, 0)) + UNDER_WAY);
    client.signal("SIGTERM");
    t.equal(await client.exited(), 0);
    const { complaints, open, told } = account();
    t.same(complaints, [], "nothing ran twice, and nobody was told what is not so");
    t.same(open, [], "every call has ended");
    const lost = told.filter(({ code }) => code !== "OK" && code !== "CANCELLED");
    if (signal === "SIGTERM") {
      t.same(lost, [], "no caller noticed");
    } else {
      t.ok(
        lost.every(({ delivery }) => delivery === "unknown"),
        "what surely did not run was made again",
      );
    }
  });
}
