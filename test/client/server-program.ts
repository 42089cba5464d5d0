// Runs the real `server` program for a test: a free port, a fresh database, certificates it makes itself.
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Test } from "tap";
import { lastingPort } from "../helpers/lasting-port.js";

const MAIN = fileURLToPath(new URL("../../src/server/main.js", import.meta.url));

export interface ServerProgram {
  readonly port: number;
  /** `127.0.0.1:port`. */
  readonly address: string;
  /** Path of the authority's certificate. */
  readonly ca: string;
  /** All that it wrote to standard output and standard error. */
  log(): string;
  stop(): Promise<void>;
}

/** Starts a server whose files lie in `folder`, and which hashes cheaply; stops it when the test ends. */
export async function startServer(t: Test, folder: string, flags: readonly string[] = []): Promise<ServerProgram> {
  const certs = join(folder, "certs");
  const args = [
    "--cert",
    certs,
    "--listen",
    `127.0.0.1:${await lastingPort()}`,
    "--database",
    join(folder, "earshot.db"),
    "--scrypt-cost",
    "8",
    ...flags,
  ];
  const child = spawn(process.execPath, [MAIN, ...args], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  const stop = () => ended(child);
  t.teardown(stop);
  let log = "";
  const port = await new Promise<number>((resolve, reject) => {
    const onData = (chunk: Buffer) => {
      log += chunk.toString();
      const match = /listening on \S*:(\d+)/.exec(log);
      if (match !== null) resolve(Number(match[1]));
    };
    child.stdout.on("data", onData);
    child.stderr.on("data", onData);
    child.on("error", reject);
    child.on("exit", (status) => reject(new Error(`the server ended with ${status}: ${log}`)));
  });
  return { port, address: `127.0.0.1:${port}`, ca: join(certs, "ca.pem"), log: () => log, stop };
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.on("exit", () => resolve());
    child.kill("SIGTERM");
  });
}
