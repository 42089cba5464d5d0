// The sniffer as a process, for tests: what it is given, what it says, how it ends.
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { SnifferEvent } from "../../src/sniffer/event.js";

const MAIN = fileURLToPath(new URL("../../src/sniffer/main.js", import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Of its --json lines; throws where they are none. */
  readonly events: SnifferEvent[];
}

export interface Running {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  /** Resolves when a line of its standard error matches. */
  said(pattern: RegExp): Promise<string>;
  /** Resolves when its standard output, all of it so far, holds. */
  printed(holds: (stdout: string) => boolean): Promise<void>;
  readonly ended: Promise<Ended>;
}

export function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
  // What the test runner adds to every process writes its files at the end, which only root may do in root's checkout.
  const isLive = args.includes("-i") || args.includes("--relay");
  const rights = isLive && !args.includes("-Z") ? ["-Z", "root"] : [];
  const child = spawn(process.execPath, [MAIN, ...rights, ...args], {
    stdio: "pipe",
    env: { ...process.env, NO_COLOR: "1", ...env },
  });
  const stdout: Buffer[] = [];
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  child.stdin.on("error", () => {});
  const said = async (pattern: RegExp): Promise<string> => {
    for (;;) {
      const match = pattern.exec(stderr);
      if (match !== null) return match[0];
      if (child.exitCode !== null) throw new Error(`it ended without saying ${pattern}: ${stderr}`);
      await Promise.race([once(child.stderr, "data"), once(child, "close")]);
    }
  };
  const printed = async (holds: (text: string) => boolean): Promise<void> => {
    while (!holds(Buffer.concat(stdout).toString("utf8"))) {
      if (child.exitCode !== null) throw new Error(`it ended and had printed ${Buffer.concat(stdout)}`);
      await Promise.race([once(child.stdout, "data"), once(child, "close")]);
    }
  };
  const ended = once(child, "close").then(([code]) => {
    const text = Buffer.concat(stdout).toString("utf8");
    return {
      code: code as number | null,
      stdout: text,
      stderr,
      get events() {
        return eventsOf(text);
      },
    };
  });
  return { child, said, printed, ended };
}

/** Runs to its end, with `input` on its standard input. */
export function run(args: readonly string[], input?: Uint8Array, env?: NodeJS.ProcessEnv): Promise<Ended> {
  const { child, ended } = start(args, env);
  child.stdin.end(input);
  return ended;
}

function eventsOf(text: string): SnifferEvent[] {
  return text.startsWith("{")
    ? text
        .trim()
        .split("\n")
        .map((line): SnifferEvent => JSON.parse(line))
    : [];
}
