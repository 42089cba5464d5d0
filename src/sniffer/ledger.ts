// Accounts for every captured byte once, so that the report can prove that nothing was left out.
import type { Accounted } from "./event.js";
import type { DecodedPacket } from "./packet/decoded-packet.js";

/** What one observer made of the bytes it was given; classes that it does not know are absent. */
export type Tally = Partial<Omit<Accounted, "headers" | "retransmitted" | "truncated">>;

export class Ledger {
  readonly #accounted: Accounted = {
    headers: 0,
    plaintext: 0,
    tls_metadata: 0,
    ciphertext: 0,
    padding: 0,
    retransmitted: 0,
    gap: 0,
    truncated: 0,
    not_understood: 0,
  };

  add(entry: keyof Accounted, bytes: number): void {
    this.#accounted[entry] += bytes;
  }

  /** What the headers of one packet account for; apart from `add`, since it runs for every packet. */
  addPacket({ headerBytes, paddingBytes, notUnderstoodBytes, truncatedBytes }: DecodedPacket): void {
    const accounted = this.#accounted;
    accounted.headers += headerBytes;
    accounted.padding += paddingBytes;
    accounted.truncated += truncatedBytes;
    accounted.not_understood += notUnderstoodBytes - truncatedBytes;
  }

  addTally(tally: Tally): void {
    for (const entry of STREAM_ENTRIES) this.#accounted[entry] += tally[entry] ?? 0;
  }

  get accounted(): Accounted {
    return { ...this.#accounted };
  }
}

const STREAM_ENTRIES = ["plaintext", "tls_metadata", "ciphertext", "padding", "gap", "not_understood"] as const;
