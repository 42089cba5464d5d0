// Counts in memory, of so many keys and no more: what a flood of invented names or addresses would add puts others out.

import { type IRateLimiterOptions, RateLimiterMemory, type RateLimiterRes } from "rate-limiter-flexible";

/** Of so many that were not used for longest, the one with the lowest count goes: a lock is not flooded away. */
const CANDIDATES = 16;

export class BoundedMemoryLimiter extends RateLimiterMemory {
  readonly #maxKeys: number;
  /** The last known count of each key; the first is the one not used for longest. */
  readonly #counts = new Map<string | number, number>();

  constructor({ maxKeys, ...options }: IRateLimiterOptions & { readonly maxKeys: number }) {
    super(options);
    this.#maxKeys = maxKeys;
  }

  /** How many keys are counted. */
  get size(): number {
    return this.#counts.size;
  }

  override async consume(key: string | number, points?: number): Promise<RateLimiterRes> {
    const before = this.#counts.get(key) ?? 0;
    this.#note(key, before + (points ?? 1));
    const result = await super.consume(key, points);
    this.#note(key, result.consumedPoints);
    return result;
  }

  override async reward(key: string | number, points?: number): Promise<RateLimiterRes> {
    const result = await super.reward(key, points);
    this.#note(key, result.consumedPoints);
    return result;
  }

  override async set(key: string | number, points: number, durationS: number): Promise<RateLimiterRes> {
    this.#note(key, points);
    return await super.set(key, points, durationS);
  }

  override delete(key: string | number): Promise<boolean> {
    this.#counts.delete(key);
    return super.delete(key);
  }

  /** What the base class forgets by time stays noted here until it is put out; that is bounded as well. */
  #note(key: string | number, count: number): void {
    this.#counts.delete(key);
    this.#counts.set(key, count);
    if (this.#counts.size > this.#maxKeys) {
      this.#putOneOut();
    }
  }

  #putOneOut(): void {
    const candidates: [key: string | number, count: number][] = [];
    for (const entry of this.#counts) {
      candidates.push(entry);
      if (candidates.length === CANDIDATES) {
        break;
      }
    }
    const least = candidates.reduce((best, one) => (one[1] < best[1] ? one : best));
    for (const [key, count] of candidates) {
      this.#counts.delete(key);
      if (key !== least[0]) {
        this.#counts.set(key, count);
      }
    }
    void super.delete(least[0]);
  }
}
