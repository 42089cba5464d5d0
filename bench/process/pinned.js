// Processes that do one thing on one core: the parent asks, they answer.
import { spawn, spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";

/** Whether a process can be told its core. */
export const canPin = availableParallelism() > 1 && spawnSync("taskset", ["-c", "1", "true"]).status === 0;

/** How the processes stand on the cores, for the report. */
export const placement = canPin ? "server on core 0, client on core 1" : "not pinned";

/** A child of ours. `role` is the file in this folder that it runs. */
export class PinnedProcess {
  #child;
  #waiting = new Map();
  #nextId = 1;
  #exited;

  constructor(role, { core, nodeOptions = [], env = {} }) {
    const file = fileURLToPath(new URL(`./${role}.js`, import.meta.url));
    const command = [process.execPath, ...nodeOptions, file];
    if (canPin) command.unshift("taskset", "-c", String(core));
    // Five thousand connections need as many descriptors; a soft limit may be raised up to the hard one.
    const line = ["-c", 'ulimit -n "$(ulimit -Hn)" 2>/dev/null; exec "$@"', "sh", ...command];
    this.#child = spawn("sh", line, {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
      env: { ...process.env, NODE_NO_WARNINGS: "1", ...env },
    });
    this.#child.on("message", ({ id, error, result }) => {
      const { resolve, reject } = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error === undefined) resolve(result);
      else reject(new Error(`${role}: ${error}`));
    });
    this.#exited = new Promise((resolve) => {
      this.#child.on("exit", (code, signal) => {
        for (const { reject } of this.#waiting.values()) reject(new Error(`${role} ended: ${signal ?? code}`));
        this.#waiting.clear();
        resolve();
      });
    });
  }

  get pid() {
    return this.#child.pid;
  }

  ask(operation, argument) {
    return new Promise((resolve, reject) => {
      const id = this.#nextId++;
      this.#waiting.set(id, { resolve, reject });
      this.#child.send({ id, operation, argument });
    });
  }

  /** Ends the process by its own will, so that a profile it records is written. */
  async close() {
    if (this.#child.connected) this.#child.disconnect();
    const late = setTimeout(() => this.#child.kill("SIGKILL"), 3_000);
    await this.#exited;
    clearTimeout(late);
  }
}

/** The child's side: answers by these operations until the parent lets go. */
export function answer(operations) {
  process.on("message", async ({ id, operation, argument }) => {
    try {
      process.send({ id, result: (await operations[operation](argument)) ?? null });
    } catch (error) {
      process.send({ id, error: error?.stack ?? String(error) });
    }
  });
  process.on("disconnect", () => process.exit(0));
}
