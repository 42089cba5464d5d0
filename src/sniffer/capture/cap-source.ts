// Live packets through the cap child.
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { RawPacket } from "../packet/raw-packet.js";
import { type CapOrder, type CapReport, STOP } from "./cap-message.js";
import { LiveChild } from "./live-child.js";
import { decodeBreak, decodeFailure } from "./live-failure.js";
import type { LiveOrder, LiveSource } from "./live-source.js";

const CHILD = fileURLToPath(new URL("./cap-child.js", import.meta.url));

/** Not there, or not loadable: another backend may do. */
export class CapMissingError extends Error {
  override readonly name = "CapMissingError";
}

export class CapSource implements LiveSource {
  /** cap cannot tell. */
  readonly drops = undefined;
  readonly ended: Promise<void>;
  readonly #order: LiveOrder;
  #live: LiveChild | undefined;
  #stopping = false;
  #end: (outcome: Promise<void>) => void = () => {};

  constructor(order: LiveOrder) {
    this.#order = order;
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  /** Rejects with CapMissingError or LiveError. */
  async start(receive: (packet: RawPacket) => void): Promise<string> {
    const { interfaceName, filter, snapBytes, maxPackets, seconds, user } = this.#order;
    const child = forkCap({ interfaceName, filter, snapBytes, maxPackets, user, seconds, list: false });
    const live = new LiveChild(child, receive);
    this.#live = live;
    const report = await firstReport(child, live);
    if (report.kind === "missing") throw new CapMissingError(report.text);
    if (report.kind !== "ready") {
      const { text, known } = report.kind === "failed" ? report : { text: live.words, known: [] };
      throw decodeFailure({ interfaceName, filter, backend: "cap", text, known });
    }
    this.#end(live.closed.then(() => this.#checkEnd(live)));
    return `capturing on ${interfaceName} with cap`;
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#live?.stop(() => this.#live?.child.connected && this.#live.child.send(STOP));
  }

  #checkEnd(live: LiveChild): void {
    if (live.failure !== undefined) throw live.failure;
    const { exitCode, signalCode } = live.child;
    if (exitCode === 0 || this.#stopping) return;
    const how = `the capturing process ended with ${signalCode ?? `code ${exitCode}`}`;
    throw decodeBreak(this.#order.interfaceName, live.words, how);
  }
}

/** What `cap` knows of the interfaces. Rejects with CapMissingError. */
export async function listCapInterfaces(): Promise<Extract<CapReport, { kind: "interfaces" }>["interfaces"]> {
  const order = { interfaceName: "", filter: "", list: true } as const;
  const child = forkCap({
    ...order,
    snapBytes: undefined,
    maxPackets: undefined,
    user: undefined,
    seconds: undefined,
  });
  const report = await firstReport(child, new LiveChild(child, () => {}));
  if (report.kind === "interfaces") return report.interfaces;
  throw new CapMissingError("text" in report ? report.text : "cap does not list interfaces");
}

function forkCap(order: CapOrder): ChildProcess {
  return fork(CHILD, [JSON.stringify(order)], { stdio: ["ignore", "pipe", "pipe", "ipc"], execArgv: [] });
}

function firstReport(child: ChildProcess, live: LiveChild): Promise<CapReport> {
  return new Promise((resolve) => {
    child.once("message", (message) => resolve(message as CapReport));
    child.once("error", (error) => resolve({ kind: "missing", text: error.message }));
    void live.closed.then(() => resolve({ kind: "missing", text: `it ended at once: ${live.words.trim()}` }));
  });
}
