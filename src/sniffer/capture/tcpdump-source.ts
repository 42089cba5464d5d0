// Live packets through `tcpdump -U -w -`: true timestamps, and it says what it lost.
import { spawn } from "node:child_process";
import { setTimeout } from "node:timers/promises";
import type { RawPacket } from "../packet/raw-packet.js";
import { LiveChild } from "./live-child.js";
import { decodeBreak, decodeFailure } from "./live-failure.js";
import type { LiveOrder, LiveSource } from "./live-source.js";

/**
 * In KiB, as -B takes it. In immediate mode it has slots for the largest packet, on lo of 65,536 bytes: 4,096 packets,
 * which a loaded machine loses in a moment. Otherwise packets lie in it as large as they are, and come a second late.
 */
const RING_KIB = 256 * 1024;

/** How long the kernel may keep packets back for company, without immediate mode (tcpdump asks for one second). */
const HELD_BACK_MS = 1100;

/** However much there is to read still, and how often is looked. */
const MAX_AWAITED_MS = 20_000;
const POLL_MS = 20;

/** tcpdump is not there. */
export class TcpdumpMissingError extends Error {
  override readonly name = "TcpdumpMissingError";
}

export class TcpdumpSource implements LiveSource {
  readonly ended: Promise<void>;
  readonly #order: LiveOrder;
  #live: LiveChild | undefined;
  #stoppedAtMs = Number.POSITIVE_INFINITY;
  /** A packet came that is of no more interest. */
  #isPast = false;
  #end: (outcome: Promise<void>) => void = () => {};

  constructor(order: LiveOrder) {
    this.#order = order;
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  get drops(): number | undefined {
    const drops = decodeDrops(this.#live?.words ?? "");
    // Linux shows each packet of a loopback twice, and libpcap leaves out one of them, behind the ring that they were lost in.
    const isTwice = process.platform === "linux" && /^lo\d*$/.test(this.#order.interfaceName);
    return drops !== undefined && isTwice ? Math.ceil(drops / 2) : drops;
  }

  askDrops(): void {
    this.#live?.child.kill("SIGUSR1");
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
    const live = new LiveChild(child, (packet) => {
      this.#isPast ||= isAfter(packet, this.#stoppedAtMs);
      if (!this.#isPast) receive(packet);
    });
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
    this.#end(live.closed.then(() => checkEnd(live, interfaceName)));
    return `capturing on ${interfaceName} with tcpdump`;
  }

  /** What the kernel still keeps back is waited for; what crosses the wire meanwhile does not count. */
  async stop(atOnce = false): Promise<void> {
    const live = this.#live;
    if (live === undefined) return;
    this.#stoppedAtMs = Date.now();
    if (!atOnce && !this.#order.immediate) await this.#awaitHeldBack(live);
    await live.stop(() => live.child.kill("SIGINT"));
  }

  /** Until a packet comes that is too late, or none for longer than the kernel holds them back. */
  async #awaitHeldBack(live: LiveChild): Promise<void> {
    const isQuiet = (): boolean => Date.now() - Math.max(live.lastHeardMs, this.#stoppedAtMs) > HELD_BACK_MS;
    const isOver = (): boolean => this.#isPast || isQuiet() || Date.now() - this.#stoppedAtMs > MAX_AWAITED_MS;
    while (!isOver() && live.child.exitCode === null) await setTimeout(POLL_MS);
  }
}

/** What tcpdump said last of what it dropped, at its end or when SIGUSR1 asked; it may count more than once. */
export function decodeDrops(words: string): number | undefined {
  const said = (by: string): number | undefined => {
    const last = [...words.matchAll(new RegExp(`\\b(\\d+) packets? dropped by ${by}`, "g"))].at(-1)?.[1];
    return last === undefined ? undefined : Number(last);
  };
  const [kernel, device] = [said("kernel"), said("interface")];
  return kernel === undefined && device === undefined ? undefined : (kernel ?? 0) + (device ?? 0);
}

function isAfter({ seconds, nanoseconds }: RawPacket, ms: number): boolean {
  return seconds !== null && seconds * 1000 + nanoseconds / 1_000_000 > ms;
}

function checkEnd(live: LiveChild, interfaceName: string): void {
  if (live.failure !== undefined) throw live.failure;
  const { exitCode } = live.child;
  if (exitCode === 0 || exitCode === null) return;
  throw decodeBreak(interfaceName, live.words, `tcpdump ended with code ${exitCode}`);
}

function encodeArguments(order: LiveOrder): string[] {
  const count = order.maxPackets === undefined ? [] : ["-c", String(order.maxPackets)];
  return [
    "-U",
    "-n",
    ...(order.immediate ? ["--immediate-mode"] : []),
    "--time-stamp-precision=nano",
    `--interface=${order.interfaceName}`,
    ...["-B", String(RING_KIB)],
    ...["-s", String(order.snapBytes ?? 0)],
    ...count,
    ...(order.user === undefined ? [] : ["-Z", order.user.name]),
    ...["-w", "-"],
    "--",
    ...(order.filter === "" ? [] : [order.filter]),
  ];
}
