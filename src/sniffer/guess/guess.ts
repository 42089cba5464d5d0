// From what was seen and what it was to what can be guessed: by length, by time, and by both.
import type { GuessEvent, GuessScore } from "../event.js";
import { RunError } from "../run-error.js";
import { type Features, lengthFeatures, timeFeatures } from "./exchange-features.js";
import type { GuessLabels } from "./guess-labels.js";
import { scoreGuesses } from "./guess-score.js";
import type { SeenConversation, SeenExchange } from "./seen-exchange.js";

/** Each is compared with all others. */
const MAX_EXCHANGES = 10_000;
const RECORD_HEADER_BYTES = 5;

interface LabelledExchange {
  readonly run: number;
  readonly label: string;
  readonly seen: SeenExchange;
}

/** `file` is the capture's name. Throws RunError where there is nothing to learn from. */
export function guessExchanges(
  file: string,
  labels: GuessLabels,
  conversations: readonly SeenConversation[],
): GuessEvent {
  const { exchanges, unmatched } = matched(labels, conversations);
  const names = [...new Set(exchanges.map(({ label }) => label))].sort();
  const runs = new Set(exchanges.map(({ run }) => run)).size;
  if (names.length < 2 || runs < 2) {
    const why = unmatched === 0 ? "" : `, and ${unmatched} conversations were not as their labels say`;
    throw new RunError(`${file}: it takes two runs and two labels to learn from${why}`);
  }
  if (exchanges.length > MAX_EXCHANGES) throw new RunError(`${file} has more than ${MAX_EXCHANGES} exchanges`);
  const score = (featuresOf: (seen: SeenExchange) => Features): GuessScore => {
    const cases = exchanges.map(({ run, label, seen }) => ({
      ...{ run, label: names.indexOf(label) },
      features: featuresOf(seen),
    }));
    return scoreGuesses(cases, names.length);
  };
  return {
    event: "guess",
    file,
    padding: labels.padding,
    exchanges: exchanges.length,
    runs,
    unmatched,
    labels: names,
    chance: mostCommon(exchanges) / exchanges.length,
    by_length: score(lengthFeatures),
    by_length_and_time: score((seen) => [...lengthFeatures(seen), ...timeFeatures(seen)]),
    by_time: score(timeFeatures),
    sequences: new Set(exchanges.map(({ seen }) => lengthFeatures(seen).join())).size,
    client_bytes: meanBytes(exchanges, "client"),
    server_bytes: meanBytes(exchanges, "server"),
  };
}

/** A conversation that does not have as many exchanges as its labels is left out, and counted. */
function matched({ connections }: GuessLabels, conversations: readonly SeenConversation[]) {
  const exchanges: LabelledExchange[] = [];
  let unmatched = Math.abs(connections.length - conversations.length);
  for (const [index, { run, exchanges: names }] of connections.entries()) {
    const seen = conversations[index]?.exchanges(names.length) ?? [];
    if (seen.length !== names.length && conversations[index] !== undefined) unmatched += 1;
    for (const [nth, label] of seen.length === names.length ? names.entries() : []) {
      if (label !== null) exchanges.push({ run, label, seen: seen[nth] ?? [] });
    }
  }
  return { exchanges, unmatched };
}

/** Who knows only how often each label comes says the most common one. */
function mostCommon(exchanges: readonly LabelledExchange[]): number {
  const counts = new Map<string, number>();
  for (const { label } of exchanges) counts.set(label, (counts.get(label) ?? 0) + 1);
  return Math.max(...counts.values());
}

/** Of the records of an exchange, their headers included. */
function meanBytes(exchanges: readonly LabelledExchange[], from: "client" | "server"): number {
  let bytes = 0;
  for (const { seen } of exchanges) {
    for (const { side, length } of seen) bytes += side === from ? length + RECORD_HEADER_BYTES : 0;
  }
  return Math.round(bytes / exchanges.length);
}
