// Turns SIGTERM and SIGINT into two promises: end in order, then end now.

export interface StopSignals {
  readonly first: Promise<void>;
  readonly second: Promise<void>;
}

export function untilStopped(): StopSignals {
  const waiting: (() => void)[] = [];
  const next = (): Promise<void> => new Promise((resolve) => waiting.push(resolve));
  const signals = { first: next(), second: next() };
  const onSignal = (): void => waiting.shift()?.();
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);
  return signals;
}
