// What the throttle asks of those who count: in this process, or in a database that several servers share.

import type { ThrottleLimit } from "./throttle-limits.js";

/** None of these ever rejects or waits long: who cannot be counted is let through. */
export interface Counter {
  /** For how long the key is refused yet, as far as this process knows; undefined when it may be counted. */
  refusedMs(key: string): number | undefined;
  /** Counts one more. When that is too many: after how many milliseconds to come again. */
  count(key: string): Promise<number | undefined>;
  /** As if one had not been counted. */
  giveBack(key: string): Promise<void>;
  reset(key: string): Promise<void>;
  /** Whether it was marked or counted within the time of the limit. */
  has(key: string): Promise<boolean>;
  /** Counts as one from now on, for the time of the limit. */
  mark(key: string): Promise<void>;
}

export interface CounterStore {
  /** What keys are made with: the same for all who share the counts, and not kept beside them. */
  readonly secret: Buffer;
  /** The name sets its keys apart from those of other counters. */
  counter(name: string, limit: ThrottleLimit): Counter;
  close(): Promise<void>;
}
