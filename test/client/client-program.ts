// Runs the `client` program as people do: as a process without a terminal, or typing at it through a pseudo-terminal.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Test } from "tap";

/** Of util-linux: other systems have a script(1) with other flags. */
const SCRIPT = "/usr/bin/script";
const MAIN = fileURLToPath(new URL("../../src/client/main.js", import.meta.url));

export interface Finished {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** EARSHOT_HOME. */
  readonly home: string;
  readonly password?: string | undefined;
  /** Further variables of the environment. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Written to standard input, which is then closed. */
  readonly input?: string | Uint8Array | undefined;
  /** PEM file of an authority that Node is to trust besides those it ships. */
  readonly extraCa?: string | undefined;
}

/** Runs to the end, without a terminal: `detached` makes a session of its own, so that /dev/tty cannot be opened. */
export function runClient(args: readonly string[], options: RunOptions): Promise<Finished> {
  const child = spawn(process.execPath, [MAIN, ...args], { detached: true, env: environment(options) });
  child.stdin.on("error", () => undefined);
  child.stdin.end(options.input ?? "");
  return finished(child);
}

export interface RunningClient {
  /** Resolves once standard output and standard error together match; rejects when the program ends before. */
  shows(pattern: RegExp): Promise<void>;
  signal(name: NodeJS.Signals): void;
  /** Nobody reads its standard output any more. */
  leave(): void;
  readonly finished: Promise<Finished>;
}

/** Starts a command that lasts, without a terminal; ends it with the test. */
export function startClient(t: Test, args: readonly string[], options: RunOptions): RunningClient {
  const child = spawn(process.execPath, [MAIN, ...args], { detached: true, env: environment(options) });
  t.teardown(() => child.kill("SIGKILL"));
  child.stdin.on("error", () => undefined);
  child.stdin.end();
  let all = "";
  for (const output of [child.stdout, child.stderr]) {
    output.on("data", (chunk: Buffer) => {
      all += chunk.toString();
      child.emit("shown");
    });
  }
  const shows = (pattern: RegExp) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (!pattern.test(all)) return;
        child.off("shown", look);
        resolve();
      };
      child.on("shown", look).on("close", () => reject(new Error(`it ended and showed: ${all}`)));
      look();
    });
  const done = finished(child);
  return {
    shows,
    signal: (name) => child.kill(name),
    leave: () => child.stdout.destroy(),
    finished: done,
  };
}

/** What to type once the screen shows something new that matches. */
export type Keys = readonly [shown: RegExp, typed: string];

/** script(1) gives the program a terminal of its own; its screen is `stdout` here, and `stty -a` is the end of it. */
export function typeAtClient(args: readonly string[], options: RunOptions, keys: readonly Keys[]): Promise<Finished> {
  const command = [process.execPath, MAIN, ...args].map((word) => `'${word}'`).join(" ");
  const thenLook = `${command}; status=$?; stty -a; exit $status`;
  const child = spawn(SCRIPT, ["--quiet", "--return", "--command", thenLook, "/dev/null"], {
    env: environment(options),
  });
  const waiting = [...keys];
  let unread = "";
  child.stdout.on("data", (chunk: Buffer) => {
    unread += chunk.toString("latin1");
    const [shown, typed] = waiting[0] ?? [];
    if (shown === undefined || typed === undefined || !shown.test(unread)) return;
    unread = "";
    waiting.shift();
    child.stdin.write(typed);
  });
  child.stdin.on("error", () => undefined);
  return finished(child);
}

/** False where there is no script(1) of util-linux, whose flags the others do not know. */
export const hasTerminal = /util-linux/.test(spawnSync(SCRIPT, ["--version"], { encoding: "utf8" }).stdout ?? "");

function environment({ home, password, env, extraCa }: RunOptions): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^EARSHOT_|^NODE_EXTRA_CA_CERTS$/.test(name));
  return {
    ...Object.fromEntries(own),
    ...env,
    EARSHOT_HOME: home,
    SHELL: "/bin/sh",
    ...(password === undefined ? {} : { EARSHOT_PASSWORD: password }),
    ...(extraCa === undefined ? {} : { NODE_EXTRA_CA_CERTS: extraCa }),
  };
}

function finished(child: ChildProcess): Promise<Finished> {
  let stdout = "";
  let stderr = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) => resolve({ status, stdout, stderr }));
  });
}
