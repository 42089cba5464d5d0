// Live packets through `tcpdump -U -w -`: true timestamps, and it says what it lost.
import { spawn } from "node:child_process";
import type { RawPacket } from "../packet/raw-packet.js";
import { LiveChild } from "./live-child.js";
import { LiveError } from "./live-error.js";
import { decodeFailure } from "./live-failure.js";
import type { LiveOrder, LiveSource } from "./live-source.js";

/** In KiB, as -B takes it; the kernel's slots on lo are as large as its MTU of 65,536. */
const RING_KIB = 256 * 1024;

/** tcpdump is not there. */
export class TcpdumpMissingError extends Error {
  override readonly name = "TcpdumpMissingError";
}

export class TcpdumpSource implements LiveSource {
  readonly ended: Promise<void>;
  readonly #order: LiveOrder;
  #live: LiveChild | undefined;
  #end: (outcome: Promise<void>) => void = () => {};

  constructor(order: LiveOrder) {
    this.#order = order;
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  get drops(): number | undefined {
    const counts = [...(this.#live?.words.matchAll(/^(\d+) packets? dropped by (?:kernel|interface)/gm) ?? [])];
    return counts.length === 0 ? undefined : counts.reduce((sum, match) => sum + Number(match[1]), 0);
  }

  /** Rejects with TcpdumpMissingError or LiveError. */
  async start(receive: (packet: RawPacket) => void): Promise<string> {
    const { interfaceName, filter } = this.#order;
    // Its own language, because its words are read here. Its own group, because a terminal's SIGINT is for us to pass on.
    const env = { ...process.env, LC_ALL: "C" };
    const child = spawn("tcpdump", encodeArguments(this.#order), {
      stdio: ["ignore", "pipe", "pipe"],
      env,
      detached: true,
    });
    const live = new LiveChild(child, receive);
    this.#live = live;
    const killed = (): void => void child.kill("SIGTERM");
    process.once("exit", killed);
    void live.closed.then(() => process.off("exit", killed));
    await new Promise<void>((resolve, reject) => {
      child.once("error", (cause) => reject(new TcpdumpMissingError(cause.message, { cause })));
      child.stderr.on("data", () => /\blistening on\b/.test(live.words) && resolve());
      void live.closed.then(() => {
        reject(decodeFailure({ interfaceName, filter, backend: "tcpdump", text: live.words, known: [] }));
      });
    });
    this.#end(live.closed.then(() => checkEnd(live)));
    return `capturing on ${interfaceName} with tcpdump`;
  }

  async stop(): Promise<void> {
    await this.#live?.stop(() => this.#live?.child.kill("SIGINT"));
  }
}

function checkEnd(live: LiveChild): void {
  if (live.failure !== undefined) throw live.failure;
  const { exitCode } = live.child;
  if (exitCode === 0 || exitCode === null) return;
  throw new LiveError("backend_failed", `tcpdump ended with code ${exitCode}: ${live.words.trim()}`);
}

function encodeArguments(order: LiveOrder): string[] {
  const count = order.maxPackets === undefined ? [] : ["-c", String(order.maxPackets)];
  return [
    "-U",
    "-n",
    "--immediate-mode",
    "--time-stamp-precision=nano",
    `--interface=${order.interfaceName}`,
    ...["-B", String(RING_KIB)],
    ...["-s", String(order.snapBytes ?? 0)],
    ...count,
    ...["-w", "-"],
    "--",
    ...(order.filter === "" ? [] : [order.filter]),
  ];
}
