// One `server` process of the cluster, as an operator would run it: a database of several hosts, certificates of its own.

import { type ChildProcess, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { endProgram } from "../fixtures/database-program.js";

const MAIN = fileURLToPath(new URL("../../src/server/main.js", import.meta.url));
const KEPT_CHARACTERS = 20_000;

export interface ServerAddress {
  readonly port: number;
  /** The certificate of its authority, PEM. */
  readonly ca: string;
}

export class ClusterServer {
  readonly name: string;
  readonly #folder: string;
  readonly #database: string;
  #child: ChildProcess | undefined;
  #address: ServerAddress | undefined;
  #said = "";

  /** `folder` is made by it. The database's URL is handed over in the environment, for it holds a password. */
  constructor(name: string, folder: string, database: string) {
    this.name = name;
    this.#folder = folder;
    this.#database = database;
  }

  /** Undefined while it does not run. */
  get address(): ServerAddress | undefined {
    return this.#address;
  }

  /** Resolves when it listens. It makes the tables when they are missing, whoever else does so at the time. */
  async start(): Promise<void> {
    const certificates = join(this.#folder, "certs");
    const flags = ["--cert", certificates, "--listen", "127.0.0.1:0", "--scrypt-cost", "4", "--throttle", "off"];
    const child = spawn(process.execPath, [MAIN, ...flags], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, EARSHOT_DATABASE: this.#database },
    });
    this.#child = child;
    const port = await this.#listening(child);
    this.#address = { port, ca: await readFile(join(certificates, "ca.pem"), "utf8") };
  }

  /** `SIGKILL` leaves it no time for anything. */
  async end(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    this.#address = undefined;
    await endProgram(this.#child, signal);
  }

  kill(): void {
    this.#child?.kill("SIGKILL");
  }

  #listening(child: ChildProcess): Promise<number> {
    this.#said = "";
    return new Promise((resolve, reject) => {
      const onData = (chunk: Buffer): void => {
        this.#said = (this.#said + chunk.toString()).slice(-KEPT_CHARACTERS);
        const port = /listening on \S*:(\d+)/.exec(this.#said)?.[1];
        if (port !== undefined) {
          resolve(Number(port));
        }
      };
      child.stdout?.on("data", onData);
      child.stderr?.on("data", onData);
      child.once("error", reject);
      child.once("exit", (code, signal) => reject(new Error(`server ended with ${code ?? signal}: ${this.#said}`)));
    });
  }
}
