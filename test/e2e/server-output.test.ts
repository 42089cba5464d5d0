// The `server` program whose words go nowhere: a full disk, a reader that left, a reader that never reads.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { connect as dialTcp } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import t, { type Test } from "tap";
import { AccountServiceDefinition } from "../../src/gen/earshot/accounts/v1/accounts.js";
import { type Connection, connect, RpcError, StatusCode } from "../../src/rpc/index.js";
import { lastingPort } from "../helpers/lasting-port.js";

const MAIN = fileURLToPath(new URL("../../src/server/main.js", import.meta.url));
/** Linux: every write to it fails with ENOSPC. */
const FULL = "/dev/full";
const onlyLinux = { skip: process.platform !== "linux" };
/** Failed logins: more than a pipe holds (64 KiB), with about 130 bytes of log each. */
const MANY = 1_000;
const FAST = ["--scrypt-cost", "1", "--throttle", "off"];
const WORKERS = 4;
const AT_ONCE = 50;

t.test("a full disk under both outputs does not end it", onlyLinux, async (t) => {
  const full = openSync(FULL, "w");
  t.teardown(() => closeSync(full));
  // The line that names the port is what cannot be read here.
  const port = await lastingPort();
  const child = start(t, port, full, full);
  const ended = once(child, "close");
  (await untilServing(port, ended)).close();
  await sendGarbage(port, AT_ONCE);
  (await untilServing(port, ended)).close();
  child.kill("SIGTERM");
  t.same(await ended, [0, null]);
});

t.test("a reader that left does not end it", async (t) => {
  const port = await lastingPort();
  const child = start(t, port, "pipe", "pipe");
  const ended = once(child, "exit");
  child.stdout?.destroy();
  child.stderr?.destroy();
  (await untilServing(port, ended)).close();
  await sendGarbage(port, AT_ONCE);
  (await untilServing(port, ended)).close();
  child.kill("SIGTERM");
  t.same(await ended, [0, null]);
});

t.test("a log that nobody reads keeps it neither from serving nor from ending", onlyLinux, async (t) => {
  const port = await lastingPort();
  const unread = openPipe(t);
  t.teardown(() => closeSync(unread));
  const child = start(t, port, "ignore", unread, FAST);
  const ended = once(child, "exit");
  const failed = await failLogins(await untilServing(port, ended));
  t.equal(failed, MANY);
  child.kill("SIGTERM");
  t.same(await ended, [0, null]);
});

/** A pipe with a reader, this process, that never reads. */
function openPipe(t: Test): number {
  const name = join(t.testdir(), "pipe");
  execFileSync("mkfifo", [name]);
  return openSync(name, "r+");
}

type Output = "pipe" | "ignore" | number;

function start(t: Test, port: number, stdout: Output, stderr: Output, more: readonly string[] = []): ChildProcess {
  const folder = t.testdir();
  const args = [
    ...more,
    "--cert",
    join(folder, "certs"),
    "--listen",
    `127.0.0.1:${port}`,
    "--database",
    join(folder, "a.db"),
  ];
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ["ignore", stdout, stderr] });
  t.teardown(() => child.kill("SIGKILL"));
  return child;
}

async function untilServing(port: number, ended: Promise<unknown>) {
  let over = false;
  const watch = ended.then(() => {
    over = true;
  });
  for (;;) {
    try {
      return await connect({ host: "127.0.0.1", port, tls: { insecure: true } });
    } catch (error) {
      await Promise.race([watch, new Promise((resolve) => setTimeout(resolve, 20))]);
      if (over) {
        throw error;
      }
    }
  }
}

async function failLogins(connection: Connection): Promise<number> {
  let failed = 0;
  const accounts = connection.client(AccountServiceDefinition);
  const username = "someone-with-a-very-long-name-32";
  await accounts.register({ username, password: "tiger lamp ocean 42" });
  const failMany = async (): Promise<void> => {
    for (let count = 0; count < MANY / WORKERS; count += 1) {
      const error = await accounts.login({ username, password: "not the password" }).catch((caught) => caught);
      failed += error instanceof RpcError && error.code === StatusCode.UNAUTHENTICATED ? 1 : 0;
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, failMany));
  connection.close();
  return failed;
}

async function sendGarbage(port: number, count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, () => refusedOnce(port)));
}

function refusedOnce(port: number): Promise<void> {
  return new Promise((resolve) => {
    const socket = dialTcp({ host: "127.0.0.1", port }, () => socket.end("GET / HTTP/1.1\r\n\r\n"));
    socket.on("error", () => undefined);
    socket.on("close", () => resolve());
    socket.resume();
  });
}
