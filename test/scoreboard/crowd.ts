// The process of those who flood a server, and what it tells of them.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { constants, setPriority } from "node:os";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Flooded } from "./flood-crowd.js";
import type { ServerChild } from "./server-child.js";
import type { Stage } from "./stage.js";

const PROGRAM = fileURLToPath(new URL("flood-crowd.js", import.meta.url));

export class Crowd {
  readonly #lines: Interface;
  readonly #stdin: NodeJS.WritableStream;

  /** Resolves when all their connections are open. */
  static async gather(stage: Stage, server: ServerChild, logins: number): Promise<Crowd> {
    const caFile = join(await stage.folder(), `${server.port}.pem`);
    await writeFile(caFile, server.ca);
    const child = spawn(process.execPath, [PROGRAM, String(server.port), caFile, String(logins)], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    stage.teardown(() => child.kill("SIGKILL"));
    const crowd = new Crowd(createInterface({ input: child.stdout }), child.stdin);
    await once(crowd.#lines, "line");
    // Strangers have machines of their own: their work is not to be measured as the server's.
    setPriority(child.pid ?? 0, constants.priority.PRIORITY_LOW);
    return crowd;
  }

  private constructor(lines: Interface, stdin: NodeJS.WritableStream) {
    this.#lines = lines;
    this.#stdin = stdin;
  }

  /** All log in at once. Who is turned away comes again when told to, for so many milliseconds. */
  async flood(ms: number): Promise<Flooded> {
    const answered = once(this.#lines, "line");
    this.#stdin.write(`${ms}\n`);
    const [line] = await answered;
    // The program is ours, and writes nothing else.
    return JSON.parse(String(line)) as Flooded;
  }
}
