// What signals mean to a live run: the first that asks for its end gets a summary, the second ends it at once, and
// SIGUSR1 (or Ctrl-T, where there is SIGINFO) asks how it goes, as it does of tcpdump and dd.
import { constants } from "node:os";

const ENDING = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const ASKING = ["SIGUSR1", "SIGINFO"] as const;

export class LiveSignals {
  /** Resolves when the run is to end. */
  readonly stopped: Promise<void>;
  readonly #tell: () => void;
  #resolve: () => void = () => {};
  /** What asked for the end, if a signal did. */
  endedBy: NodeJS.Signals | undefined;
  readonly #end = (signal: NodeJS.Signals): void => {
    if (this.endedBy !== undefined) process.exit(128 + constants.signals[signal]);
    this.endedBy = signal;
    this.stop();
  };

  /** Without a listener, SIGUSR1 would make Node open a debugger's port. */
  constructor(tell: () => void) {
    this.#tell = tell;
    this.stopped = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    for (const signal of ENDING) process.on(signal, this.#end);
    for (const signal of ASKING) process.on(signal, tell);
  }

  stop(): void {
    this.#resolve();
  }

  /** What asks for the end ends the process from now on. */
  off(): void {
    for (const signal of ENDING) process.off(signal, this.#end);
    for (const signal of ASKING) process.off(signal, this.#tell);
  }
}
