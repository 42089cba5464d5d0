// The learner: an exchange is what most of those were that look most like it (k nearest neighbours).
import type { Features } from "./exchange-features.js";

/** As good as no distance: keeps who looks just like it from being all that counts. */
const SAME = 0.01;

export interface LabelledFeatures {
  readonly features: Features;
  /** Index of the label. */
  readonly label: number;
}

export class NearestNeighbours {
  readonly #examples: readonly LabelledFeatures[];
  readonly #scales: readonly number[];
  readonly #labels: number;
  readonly #neighbours: number;

  /** Learns by heart. `labels`: how many there are. */
  constructor(examples: readonly LabelledFeatures[], labels: number) {
    this.#examples = examples;
    this.#labels = labels;
    this.#scales = scalesOf(examples, labels);
    this.#neighbours = Math.max(3, Math.round(Math.sqrt(examples.length)));
  }

  /**
   * Index of the label. All who are as near as the last that counts have a vote, which weighs more the nearer they are; so
   * exchanges that look alike are told apart by nothing, and then the first label is said.
   */
  guess(features: Features): number {
    const distances = this.#examples.map((example) => this.#distance(features, example.features));
    const last = Float64Array.from(distances).sort()[Math.min(this.#neighbours, distances.length) - 1] ?? 0;
    const votes = new Array<number>(this.#labels).fill(0);
    for (const [index, distance] of distances.entries()) {
      const label = this.#examples[index]?.label ?? 0;
      if (distance <= last) votes[label] = (votes[label] ?? 0) + 1 / (SAME + distance);
    }
    return votes.indexOf(Math.max(...votes));
  }

  #distance(one: Features, other: Features): number {
    let distance = 0;
    for (let index = 0; index < one.length; index += 1) {
      distance += Math.abs((one[index] ?? 0) - (other[index] ?? 0)) * (this.#scales[index] ?? 0);
    }
    return distance;
  }
}

/**
 * A feature weighs the more, the less it varies among exchanges of one label beside how much it varies in all. One that is
 * always the same weighs nothing.
 */
function scalesOf(examples: readonly LabelledFeatures[], labels: number): number[] {
  const width = examples[0]?.features.length ?? 0;
  const groups = Array.from({ length: labels }, (_, label) => examples.filter((example) => example.label === label));
  return Array.from({ length: width }, (_, index) => {
    const inAll = spread(examples, index);
    const within = groups.reduce((sum, group) => sum + spread(group, index) * group.length, 0) / examples.length;
    return inAll > 0 ? 1 / (within + SAME * inAll) : 0;
  });
}

/** Mean distance from the mean. */
function spread(examples: readonly LabelledFeatures[], index: number): number {
  const values = examples.map(({ features }) => features[index] ?? 0);
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  return values.reduce((sum, value) => sum + Math.abs(value - mean), 0) / Math.max(1, values.length);
}
