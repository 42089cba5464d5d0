// Chooses how to capture: cap where it is installed, tcpdump otherwise (on loopbacks first), and clear words where there
// is neither.
import type { RawPacket } from "../packet/raw-packet.js";
import { CapMissingError, CapSource } from "./cap-source.js";
import { LiveError } from "./live-error.js";
import { missingBackend } from "./live-failure.js";
import { listInterfaces } from "./live-interfaces.js";
import type { LiveOrder, LiveSource } from "./live-source.js";
import { TcpdumpMissingError, TcpdumpSource } from "./tcpdump-source.js";

export interface LiveChoice extends Omit<LiveOrder, "interfaceName"> {
  /** Undefined: all of them where the system can do that, else the first. */
  readonly interfaceName: string | undefined;
  readonly backend: "cap" | "tcpdump" | undefined;
}

/** A source that decides at its start which backend it is. */
export class LiveBackend implements LiveSource {
  readonly #choice: LiveChoice;
  #source: LiveSource | undefined;
  readonly ended: Promise<void>;
  #end: (outcome: Promise<void>) => void = () => {};

  constructor(choice: LiveChoice) {
    this.#choice = choice;
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  get drops(): number | undefined {
    return this.#source?.drops;
  }

  /** Rejects with LiveError. */
  async start(receive: (packet: RawPacket) => void): Promise<string> {
    const order = { ...this.#choice, interfaceName: this.#choice.interfaceName ?? (await defaultInterface()) };
    const missing: string[] = [];
    for (const backend of this.#choice.backend === undefined
      ? preferred(order.interfaceName)
      : [this.#choice.backend]) {
      const source = backend === "cap" ? new CapSource(order) : new TcpdumpSource(order);
      this.#source = source;
      try {
        const line = await source.start(receive);
        this.#end(source.ended);
        return line;
      } catch (error) {
        if (!(error instanceof CapMissingError || error instanceof TcpdumpMissingError)) throw await named(error);
        missing.push(`${backend}: ${error.message.split("\n")[0] ?? ""}`);
      }
    }
    throw missingBackend(missing, this.#choice.backend);
  }

  askDrops(): void {
    this.#source?.askDrops?.();
  }

  async stop(atOnce?: boolean): Promise<void> {
    await this.#source?.stop(atOnce);
  }
}

/** A loopback's frames may be longer than the 65,535 bytes that cap keeps of them. */
function preferred(interfaceName: string): readonly ("cap" | "tcpdump")[] {
  return /^(?:lo\d*|any)$/.test(interfaceName) ? ["tcpdump", "cap"] : ["cap", "tcpdump"];
}

/** tcpdump does not say which interfaces there are: the person wants to know all the same. */
async function named(error: unknown): Promise<unknown> {
  if (!(error instanceof LiveError) || error.code !== "no_such_interface" || error.message.includes(";")) return error;
  const names = (await listInterfaces()).map(({ name }) => name).join(", ");
  return new LiveError("no_such_interface", `${error.message}; there are: ${names}`);
}

/** Linux can listen on all at once, which is what shows a server and its client on one machine. */
async function defaultInterface(): Promise<string> {
  if (process.platform === "linux") return "any";
  const [first] = await listInterfaces();
  return first?.name ?? "any";
}
