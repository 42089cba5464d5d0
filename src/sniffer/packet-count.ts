// Packets and bytes by the innermost protocol that their headers name.
import type { ProtocolCount } from "./event.js";

export class PacketCount {
  readonly #counts = new Map<string, ProtocolCount>();
  /** Most packets are of the same protocol as the one before. */
  #latestName = "";
  #latest: ProtocolCount | undefined;

  add(protocol: string, bytes: number): void {
    if (this.#latest === undefined || protocol !== this.#latestName) this.#latest = this.#find(protocol);
    this.#latest.packets += 1;
    this.#latest.bytes += bytes;
  }

  /** Most packets first. */
  get protocols(): Record<string, ProtocolCount> {
    return Object.fromEntries([...this.#counts].sort(([, left], [, right]) => right.packets - left.packets));
  }

  #find(protocol: string): ProtocolCount {
    const count = this.#counts.get(protocol) ?? { packets: 0, bytes: 0 };
    this.#counts.set(protocol, count);
    this.#latestName = protocol;
    return count;
  }
}
