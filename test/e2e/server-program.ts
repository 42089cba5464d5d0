// The real `server` program as a process of its own, with all that it writes.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Test } from "tap";
import { AccountServiceDefinition } from "../../src/gen/earshot/accounts/v1/accounts.js";
import { connect } from "../../src/rpc/index.js";

const MAIN = fileURLToPath(new URL("../../src/server/main.js", import.meta.url));
const LISTENING = /^listening on \S+:(\d+) \(.*\)\n/m;
const METRICS = /^metrics on (\S+)\n/m;

/** How a process ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export class ServerProcess {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  #stdout = "";
  #stderr = "";

  constructor(t: Test, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    this.#child = spawn(process.execPath, [MAIN, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, EARSHOT_DATABASE: undefined, ...env },
    });
    this.#exited = once(this.#child, "close");
    this.#child.stdout?.on("data", (chunk) => {
      this.#stdout += String(chunk);
    });
    this.#child.stderr?.on("data", (chunk) => {
      this.#stderr += String(chunk);
    });
    t.teardown(() => this.#child.kill("SIGKILL"));
  }

  /** Resolves with the port once the line is there. */
  async listening(): Promise<number> {
    await this.wrote(LISTENING);
    return Number(LISTENING.exec(this.#stdout)?.[1]);
  }

  /** Resolves with the address of its metrics, if it has any. */
  async metricsUrl(): Promise<string> {
    await this.wrote(METRICS);
    return METRICS.exec(this.#stdout)?.[1] ?? "";
  }

  /** Resolves once stdout has a match. */
  wrote(pattern: RegExp): Promise<void> {
    return this.#until(() => pattern.test(this.#stdout));
  }

  /** Resolves once stderr has a match. */
  logged(pattern: RegExp): Promise<void> {
    return this.#until(() => pattern.test(this.#stderr));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  async #until(isThere: () => boolean): Promise<void> {
    while (!isThere()) {
      if (this.#child.exitCode !== null) {
        throw new Error(`the server ended with ${this.#child.exitCode}: ${this.#stderr}`);
      }
      const output = [this.#child.stdout, this.#child.stderr].map((stream) => once(stream ?? this.#child, "data"));
      await Promise.race([...output, this.#exited]);
    }
  }

  async ended(): Promise<Ended> {
    await this.#exited;
    return { code: this.#child.exitCode, stdout: this.#stdout, stderr: this.#stderr };
  }
}

/** A client of a server whose certificates lie in `certs`. */
export async function dial(t: Test, port: number, certs: string) {
  const ca = readFileSync(join(certs, "ca.pem"));
  const connection = await connect({ host: "127.0.0.1", port, tls: { ca } });
  t.teardown(() => connection.close());
  return connection.client(AccountServiceDefinition);
}

/** Ends a process and gives all that it wrote. */
export function stop(server: ServerProcess): Promise<Ended> {
  server.signal("SIGTERM");
  return server.ended();
}
