// Mutated sessions side by side against a server in this process; what its decoder accepts is compared with two others.

import type { RandomSource } from "../helpers/random-source.js";
import { decodeUnlessRefused, disagreementOn, withoutPrefix } from "./decoder-agreement.js";
import type { InProcessServer } from "./in-process-server.js";
import { MutatedClient } from "./mutated-client.js";

export const MUTATION_CHANCE = 0.6;
export const FRAMES_PER_SESSION = 24;
const SESSIONS_AT_ONCE = 128;

/** Many sessions side by side, each ended by its server or after some frames. */
export class SessionFuzz {
  mutated = 0;
  accepted = 0;
  readonly disagreements: string[] = [];
  readonly #random: RandomSource;
  readonly #server: InProcessServer;

  constructor(random: RandomSource, server: InProcessServer) {
    this.#random = random;
    this.#server = server;
  }

  async run(frames: number): Promise<void> {
    const wantedFrames = this.mutated + frames;
    await Promise.all(Array.from({ length: SESSIONS_AT_ONCE }, () => this.#sessionsUntil(wantedFrames)));
    const { counts } = this.#server;
    while (counts.closed < counts.connection) {
      await turn();
    }
  }

  async #sessionsUntil(wantedFrames: number): Promise<void> {
    while (this.mutated < wantedFrames) {
      const session = new MutatedClient(this.#random, MUTATION_CHANCE);
      const client = this.#server.connect();
      for (let count = 0; count < FRAMES_PER_SESSION && !client.over; count += 1) {
        const { bytes, mutated } = session.next();
        client.write(bytes);
        if (mutated) {
          this.mutated += 1;
          this.#compare(bytes);
        }
        await turn();
      }
      client.close();
    }
  }

  #compare(bytes: Uint8Array): void {
    const inner = withoutPrefix(bytes);
    const decoded = decodeUnlessRefused(inner);
    if (decoded !== undefined) {
      this.accepted += 1;
      const disagreement = disagreementOn(decoded, inner);
      if (disagreement !== undefined) {
        this.disagreements.push(disagreement);
      }
    }
  }
}

export function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
