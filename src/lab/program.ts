// Earshot's own three programs as child processes, the way a person would start them.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { LabError } from "./lab-error.js";

export type ProgramName = "server" | "client" | "sniffer";

export interface Finished {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The lines by which a server and a relay say that they are ready, with the port that they got. */
export const LISTENING = /listening on \S*?:(\d+)\b/;
export const RELAYING = /relaying \S*?:(\d+) ->/;

/** How long a program may take to start or to end, in milliseconds: generous, since a class room's laptops are slow. */
const PATIENCE_MS = 30_000;

/** Runs a program to its end. Its output is kept, never shown: what is shown is what the ladder concludes from it. */
export async function runProgram(name: ProgramName, args: string[], env: Record<string, string> = {}) {
  const child = start(name, args, env);
  const running = new RunningProgram(name, child);
  return running.ended();
}

/** Starts a program and waits for the line that says it is ready; gives the first group of the pattern. */
export async function startProgram(
  name: ProgramName,
  args: string[],
  ready: { on: "stdout" | "stderr"; pattern: RegExp },
): Promise<{ program: RunningProgram; match: string }> {
  const child = start(name, args, {});
  const program = new RunningProgram(name, child);
  const match = await program.line(ready.on, ready.pattern);
  return { program, match };
}

function start(name: ProgramName, args: string[], env: Record<string, string>): ChildProcess {
  const file = fileURLToPath(new URL(`../${name}/main.js`, import.meta.url));
  return spawn(process.execPath, [file, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
}

export class RunningProgram {
  readonly #name: ProgramName;
  readonly #child: ChildProcess;
  readonly #output = { stdout: "", stderr: "" };
  readonly #exit: Promise<unknown[]>;

  constructor(name: ProgramName, child: ChildProcess) {
    this.#name = name;
    this.#child = child;
    this.#exit = once(child, "close");
    // A program that cannot be spawned reports on `close` too; `line` and `ended` then fail with its name.
    child.on("error", () => {});
    for (const stream of ["stdout", "stderr"] as const) {
      child[stream]?.setEncoding("utf8").on("data", (text: string) => {
        this.#output[stream] += text;
      });
    }
  }

  /** Waits for a line that matches and gives its first group. */
  async line(stream: "stdout" | "stderr", pattern: RegExp): Promise<string> {
    const source = this.#child[stream];
    if (source === null) throw new LabError("program_failed", `${this.#name} has no ${stream}`);
    const lines = createInterface({ input: source });
    const found = new Promise<string>((resolve) => {
      lines.on("line", (line) => {
        const group = pattern.exec(line)?.[1];
        if (group !== undefined) resolve(group);
      });
    });
    const ended = this.#exit.then(() => Promise.reject(this.#failed("ended before it was ready")));
    const match = await withinPatience(Promise.race([found, ended]), () => this.#failed("did not become ready"));
    // Left open: closing it would pause the stream and fill the pipe.
    lines.removeAllListeners("line");
    return match;
  }

  async ended(): Promise<Finished> {
    await withinPatience(this.#exit, () => this.#failed("did not end"));
    return { exitCode: this.#child.exitCode, ...this.#output };
  }

  /** Asks the program to end as a person would, with SIGTERM. */
  async stop(): Promise<Finished> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill("SIGTERM");
    return this.ended();
  }

  #failed(what: string): LabError {
    this.#child.kill("SIGKILL");
    const said = this.#output.stderr.trim().split("\n").at(-1) ?? "";
    return new LabError("program_failed", `${this.#name} ${what}${said === "" ? "" : `: ${said}`}`);
  }
}

async function withinPatience<T>(promise: Promise<T>, failure: () => LabError): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(failure()), PATIENCE_MS);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
