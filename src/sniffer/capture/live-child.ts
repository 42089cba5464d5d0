// A child process that writes a pcap stream: its packets, its end, and how it is stopped.
import type { ChildProcess } from "node:child_process";
import type { RawPacket } from "../packet/raw-packet.js";
import { CaptureError } from "./capture-error.js";
import { CaptureReader } from "./capture-reader.js";
import { LiveError } from "./live-error.js";

const MAX_KEPT_WORDS = 0x2000;
/** A child that was asked to end is ended by force when nothing has come for so long, or at last because too much comes. */
const QUIET_MS = 1500;
const PATIENCE_MS = 5000;
const LOOK_MS = 100;

export class LiveChild {
  readonly child: ChildProcess;
  /** Resolves when the child has ended and all it wrote was read. */
  readonly closed: Promise<void>;
  /** When packets came last, in milliseconds since 1970. */
  lastHeardMs = 0;
  readonly #reader = new CaptureReader();
  #words = "";
  #failure: unknown;

  constructor(child: ChildProcess, receive: (packet: RawPacket) => void) {
    this.child = child;
    child.stdout?.on("data", (chunk: Uint8Array) => this.#push(chunk, receive));
    child.stderr?.setEncoding("utf8");
    child.stderr?.on("data", (text: string) => {
      this.#words = (this.#words + text).slice(-MAX_KEPT_WORDS);
    });
    this.closed = new Promise((resolve) => child.once("close", () => resolve()));
  }

  /** The last of what it said on standard error. */
  get words(): string {
    return this.#words;
  }

  /** What went wrong in its packets, if anything. */
  get failure(): unknown {
    return this.#failure;
  }

  /** Asks it to end by `ask`, and sees to it that it does. */
  async stop(ask: () => void): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) ask();
    const askedMs = Date.now();
    const look = setInterval(() => {
      const nowMs = Date.now();
      const isQuiet = nowMs - Math.max(askedMs, this.lastHeardMs) >= QUIET_MS;
      if (isQuiet || nowMs - askedMs >= PATIENCE_MS) this.child.kill("SIGKILL");
    }, LOOK_MS);
    await this.closed;
    clearInterval(look);
  }

  #push(chunk: Uint8Array, receive: (packet: RawPacket) => void): void {
    this.lastHeardMs = Date.now();
    if (this.#failure !== undefined) return;
    try {
      this.#reader.push(chunk);
      for (let packet = this.#reader.next(); packet !== undefined; packet = this.#reader.next()) receive(packet);
    } catch (error) {
      if (!(error instanceof CaptureError)) throw error;
      this.#failure = new LiveError("backend_failed", `the capture broke: ${error.message}`, { cause: error });
      this.child.kill("SIGKILL");
    }
  }
}
