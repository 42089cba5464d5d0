// How often an observer guesses right: learned from all runs but one, asked about that one, in turn.
import type { GuessScore } from "../event.js";
import type { Features } from "./exchange-features.js";
import { NearestNeighbours } from "./nearest-neighbours.js";

export interface GuessCase {
  readonly run: number;
  /** Index of the label. */
  readonly label: number;
  readonly features: Features;
}

/** Standard normal quantile of 97.5 %. */
const Z = 1.959964;

/** `labels`: how many there are. */
export function scoreGuesses(cases: readonly GuessCase[], labels: number): GuessScore {
  const confusion = Array.from({ length: labels }, () => new Array<number>(labels).fill(0));
  for (const run of new Set(cases.map((one) => one.run))) {
    const learner = new NearestNeighbours(
      cases.filter((one) => one.run !== run),
      labels,
    );
    for (const { label, features } of cases.filter((one) => one.run === run)) {
      const row = confusion[label];
      const guess = learner.guess(features);
      if (row !== undefined) row[guess] = (row[guess] ?? 0) + 1;
    }
  }
  const right = confusion.reduce((sum, row, label) => sum + (row[label] ?? 0), 0);
  return { right, accuracy: right / cases.length, interval: interval(right, cases.length), confusion };
}

/** 95 % (Wilson), which holds at 0 and at 1 too. */
export function interval(right: number, all: number): [number, number] {
  const share = right / all;
  const middle = share + (Z * Z) / (2 * all);
  const spread = Z * Math.sqrt((share * (1 - share)) / all + (Z * Z) / (4 * all * all));
  const whole = 1 + (Z * Z) / all;
  return [Math.max(0, (middle - spread) / whole), Math.min(1, (middle + spread) / whole)];
}
