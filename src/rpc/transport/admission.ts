// Who may connect: counts sockets in all and per address, before any TLS work is spent on them.

import type { Limits } from "../limits.js";
import { addressBlock } from "./address-block.js";

export class Admission {
  readonly #limits: Pick<Limits, "maxConnections" | "maxConnectionsPerAddress">;
  readonly #perPlace = new Map<string, number>();
  #count = 0;

  constructor(limits: Pick<Limits, "maxConnections" | "maxConnectionsPerAddress">) {
    this.#limits = limits;
  }

  /** Counts the newcomer in and returns undefined, or says why it must go. Who is let in must `leave` once. */
  enter(address: string): string | undefined {
    const place = addressBlock(address);
    const fromThere = this.#perPlace.get(place) ?? 0;
    if (this.#count >= this.#limits.maxConnections) {
      return `more than ${this.#limits.maxConnections} connections`;
    }
    if (fromThere >= this.#limits.maxConnectionsPerAddress) {
      return `more than ${this.#limits.maxConnectionsPerAddress} connections from one address`;
    }
    this.#count += 1;
    this.#perPlace.set(place, fromThere + 1);
    return undefined;
  }

  leave(address: string): void {
    const place = addressBlock(address);
    const fromThere = this.#perPlace.get(place) ?? 0;
    this.#count -= 1;
    if (fromThere <= 1) {
      this.#perPlace.delete(place);
    } else {
      this.#perPlace.set(place, fromThere - 1);
    }
  }
}
