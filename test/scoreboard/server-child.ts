// One `server` process, as an operator runs it, at a Unix socket: at one address, so that it can be started again there, and by
// one that has no limit of registrations for each network address.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Connection, connect } from "../../src/rpc/index.js";
import { endProgram } from "../fixtures/database-program.js";

const MAIN = fileURLToPath(new URL("../../src/server/main.js", import.meta.url));
const KEPT_CHARACTERS = 20_000;
const CHEAP = "4";

export interface ServerChildOptions {
  /** Handed over in the environment, for it may hold a password. */
  readonly database: string;
  /** Of scrypt; "default" as operators have it. Default cheap. */
  readonly cost?: "default";
  /** Listens at 127.0.0.1 too. */
  readonly tcp?: true;
}

export class ServerChild {
  readonly path: string;
  readonly #certificates: string;
  readonly #options: ServerChildOptions;
  #child: ChildProcess | undefined;
  #said = "";
  #ca = "";

  /** `home` is made by it. */
  constructor(home: string, options: ServerChildOptions) {
    mkdirSync(home);
    this.path = join(home, "socket");
    this.#certificates = join(home, "certs");
    this.#options = options;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** PEM of its authority. */
  get ca(): string {
    return this.#ca;
  }

  /** Of `tcp`. */
  get port(): number {
    return Number(/listening on 127\.0\.0\.1:(\d+)/.exec(this.#said)?.[1] ?? 0);
  }

  /** Resolves when it listens. */
  async start(): Promise<void> {
    const { cost, database, tcp } = this.#options;
    const flags = [
      ...["--cert", this.#certificates, "--listen", `unix:${this.path}`],
      ...(tcp === undefined ? [] : ["--listen", "127.0.0.1:0"]),
      ...(cost === undefined ? ["--scrypt-cost", CHEAP] : []),
    ];
    const child = spawn(process.execPath, [MAIN, ...flags], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, EARSHOT_DATABASE: database },
    });
    this.#child = child;
    process.once("exit", this.#onExit);
    await this.#listening(child, tcp === undefined ? /listening on unix:/ : /listening on 127/);
    this.#ca = await readFile(join(this.#certificates, "ca.pem"), "utf8");
  }

  /** As `kill -9`; resolves when the process is gone. */
  async kill(): Promise<void> {
    process.off("exit", this.#onExit);
    await endProgram(this.#child, "SIGKILL");
  }

  connect(): Promise<Connection> {
    return connect({ path: this.path, tls: { ca: this.#ca } });
  }

  readonly #onExit = (): void => {
    this.#child?.kill("SIGKILL");
  };

  #listening(child: ChildProcess, ready: RegExp): Promise<void> {
    this.#said = "";
    return new Promise((resolve, reject) => {
      const onData = (chunk: Buffer): void => {
        this.#said = (this.#said + chunk.toString()).slice(0, KEPT_CHARACTERS);
        if (ready.test(this.#said)) {
          resolve();
        }
      };
      child.stdout?.on("data", onData);
      child.stderr?.on("data", onData);
      child.once("error", reject);
      child.once("exit", (code, signal) => reject(new Error(`server ended with ${code ?? signal}: ${this.#said}`)));
    });
  }
}
