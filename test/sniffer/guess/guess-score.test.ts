import t from "tap";
import { type GuessCase, interval, scoreGuesses } from "../../../src/sniffer/guess/guess-score.js";
import { RandomSource } from "../../helpers/random-source.js";

/** Two runs, some cases of each of four labels; `features` makes what is seen of one. */
function cases(features: (label: number) => number[]): GuessCase[] {
  return Array.from({ length: 80 }, (_, index) => {
    const label = index % 4;
    return { run: index < 40 ? 1 : 2, label, features: features(label) };
  });
}

t.test("what looks alike is guessed exactly as often as by chance", async (t) => {
  const { accuracy, confusion } = scoreGuesses(
    cases(() => [1, 2, 3]),
    4,
  );
  t.equal(accuracy, 0.25);
  t.same(
    confusion.map(([first]) => first),
    [20, 20, 20, 20],
  );
});

t.test("what tells is found among what does not", async (t) => {
  const random = new RandomSource(7);
  const noisy = (label: number): number[] => [random.below(1_000), label * 10 + random.below(3), random.below(1_000)];
  t.ok(scoreGuesses(cases(noisy), 4).accuracy > 0.9);
  const noise = (): number[] => [random.below(1_000), random.below(1_000)];
  const { accuracy, interval: bounds } = scoreGuesses(cases(noise), 4);
  t.ok(bounds[0] < 0.25 && bounds[1] > 0.25, `${accuracy}`);
});

t.test("intervals are Wilson's, also at both ends", async (t) => {
  const rounded = (right: number, all: number): string[] => interval(right, all).map((share) => share.toFixed(4));
  t.same(rounded(0, 10), ["0.0000", "0.2775"]);
  t.same(rounded(10, 10), ["0.7225", "1.0000"]);
  t.same(rounded(200, 1_000), ["0.1764", "0.2259"]);
});
