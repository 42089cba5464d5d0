// A counter over a limiter of rate-limiter-flexible: its refusals as numbers, remembered; its failures as consent.

import { type RateLimiterLike, RateLimiterRes } from "rate-limiter-flexible";
import type { Counter } from "./counter-store.js";

/** Refusals that are remembered, so that a flood of refused attempts costs no query. The oldest give way. */
const MAX_REFUSALS = 10_000;

export function limiterCounter(limiter: RateLimiterLike, withinS: number): Counter {
  /** Until when, in the milliseconds of `performance.now`. */
  const refusedUntil = new Map<string, number>();
  const refusedMs = (key: string): number | undefined => {
    const leftMs = (refusedUntil.get(key) ?? 0) - performance.now();
    return leftMs > 0 ? leftMs : undefined;
  };
  return {
    refusedMs,
    async count(key) {
      const knownMs = refusedMs(key);
      if (knownMs !== undefined) {
        return knownMs;
      }
      try {
        await limiter.consume(key);
        return undefined;
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) {
          return undefined;
        }
        remember(refusedUntil, key, performance.now() + refusal.msBeforeNext);
        return refusal.msBeforeNext;
      }
    },
    async giveBack(key) {
      refusedUntil.delete(key);
      await quietly(limiter.reward(key));
    },
    async reset(key) {
      refusedUntil.delete(key);
      await quietly(limiter.delete(key));
    },
    has: async (key) => {
      const found = await limiter.get(key).catch(() => null);
      return found !== null && found.consumedPoints > 0;
    },
    mark: (key) => quietly(limiter.set(key, 1, withinS)),
  };
}

function remember(refusedUntil: Map<string, number>, key: string, untilMs: number): void {
  refusedUntil.delete(key);
  refusedUntil.set(key, untilMs);
  for (const oldest of refusedUntil.keys()) {
    if (refusedUntil.size <= MAX_REFUSALS) {
      return;
    }
    refusedUntil.delete(oldest);
  }
}

async function quietly(work: Promise<unknown>): Promise<void> {
  await work.catch(() => undefined);
}
