// What a row of the scoreboard is: a fault brought about with real processes, a target, and what was measured.

import type { Stage } from "./stage.js";

export interface Row {
  /** For `--only`. */
  readonly name: string;
  readonly title: string;
  readonly target: string;
  readonly needsCluster?: true;
  run(stage: Stage, extent: Extent): Promise<Outcome>;
}

/** `short` repeats less, for the tests, where time is not judged. */
export type Extent = "full" | "short";

export interface Outcome {
  /** As the table shows it. */
  readonly figure: string;
  /** Promises that were broken, whatever the time it took. Empty when the row holds. */
  readonly broken: readonly string[];
  /** Targets of time that were missed; a busy machine misses them too. */
  readonly late: readonly string[];
}

/** For `broken` and `late`: the sentence when it is so, else nothing. */
export function when(isSo: boolean, sentence: string): string[] {
  return isSo ? [sentence] : [];
}

export function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(2)} s`;
}
