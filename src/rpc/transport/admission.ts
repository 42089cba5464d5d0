// Who may connect: counts sockets in all and per address, before any TLS work is spent on them.

import type { Limits } from "../limits.js";

export class Admission {
  readonly #limits: Pick<Limits, "maxConnections" | "maxConnectionsPerAddress">;
  readonly #perPlace = new Map<string, number>();
  #count = 0;

  constructor(limits: Pick<Limits, "maxConnections" | "maxConnectionsPerAddress">) {
    this.#limits = limits;
  }

  /** Counts the newcomer in and returns undefined, or says why it must go. Who is let in must `leave` once. */
  enter(address: string): string | undefined {
    const place = placeOf(address);
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
    const place = placeOf(address);
    const fromThere = this.#perPlace.get(place) ?? 0;
    this.#count -= 1;
    if (fromThere <= 1) {
      this.#perPlace.delete(place);
    } else {
      this.#perPlace.set(place, fromThere - 1);
    }
  }
}

const GROUPS_OF_NETWORK = 4;

/**
 * What counts as one host: an IPv4 address, or the network (/64) of an IPv6 address, within which a single host takes as
 * many addresses as it likes (RFC 4291, section 2.5.4; RFC 8981).
 */
function placeOf(address: string): string {
  if (!address.includes(":")) {
    return address;
  }
  if (address.startsWith("::ffff:") && address.includes(".")) {
    return address.slice("::ffff:".length);
  }
  const [before = "", after] = address.split("%", 1)[0]?.split("::") ?? [];
  const head = before === "" ? [] : before.split(":");
  const tail = after === undefined || after === "" ? [] : after.split(":");
  const zeros = after === undefined ? 0 : 8 - head.length - tail.length;
  return [...head, ...Array<string>(Math.max(zeros, 0)).fill("0"), ...tail].slice(0, GROUPS_OF_NETWORK).join(":");
}
