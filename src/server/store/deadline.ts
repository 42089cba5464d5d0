// Absolute deadlines on a clock that never jumps, and work that is given up when one passes.

import { StoreError } from "./store-error.js";

/** Milliseconds on the clock of {@link monotonicMs} by which something must be done. */
export type Deadline = number;

/** A clock that no operator and no time server sets back. */
export function monotonicMs(): number {
  return performance.now();
}

export function deadlineIn(ms: number): Deadline {
  return monotonicMs() + ms;
}

/** Rejects with StoreError `timeout` when the deadline passes first; `onLate` frees what the work still holds. */
export async function before<T>(
  deadline: Deadline,
  work: Promise<T>,
  onLate: () => void = () => undefined,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const onTimeout = (): void => {
      onLate();
      reject(new StoreError("timeout", "the database did not answer in time"));
    };
    timer = setTimeout(onTimeout, Math.max(0, deadline - monotonicMs()));
  });
  // The loser of the race may fail later, with nobody there to hear of it.
  work.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
