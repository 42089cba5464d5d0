// The ladder's last row: what lengths give away without padding and with it, in a run that takes a few seconds.
import type { GuessEvent } from "../../sniffer/event.js";
import { LabError } from "../lab-error.js";
import { recordExchanges } from "./exchange-run.js";
import { guessCaptures } from "./lengths-run.js";

export interface LengthsVerdict {
  readonly before: GuessEvent;
  readonly after: GuessEvent;
  /** What is not as it must be, a sentence each. */
  readonly complaints: readonly string[];
}

export interface LengthsSize {
  /** For each policy. */
  readonly exchanges: number;
  readonly runs: number;
}

const LADDER_SIZE: LengthsSize = { exchanges: 60, runs: 3 };
/** Of scrypt: hashing is not what is measured here. */
const QUICK_COST = 8;
/** With padding, guesses may be right so much more often than by chance. */
const BUDGET = 0.05;
/** Without, they must be right so much more often: or this measures nothing. */
const LEAK = 0.3;

/** Records into `folder`, and keeps the captures there. */
export async function measureLengths(folder: string, size: LengthsSize = LADDER_SIZE): Promise<LengthsVerdict> {
  const plan = { ...size, connections: "fresh", scryptCost: QUICK_COST, folder } as const;
  const [off, buckets] = await Promise.all([
    recordExchanges({ ...plan, padding: "off", name: "lengths-off" }),
    recordExchanges({ ...plan, padding: "buckets", name: "lengths-buckets" }),
  ]);
  const [before, after] = await guessCaptures([off, buckets]);
  if (before === undefined || after === undefined) throw new LabError("bad_capture", "the sniffer guessed nothing");
  return { before, after, complaints: lengthsComplaints(before, after) };
}

export function lengthsComplaints(before: GuessEvent, after: GuessEvent): string[] {
  const above = ({ by_length: { accuracy }, chance }: GuessEvent): number => accuracy - chance;
  return [
    ...(above(before) > LEAK ? [] : ["without padding lengths should have told exchanges apart, and did not"]),
    ...(Math.abs(above(after)) <= BUDGET ? [] : ["with padding lengths still told exchanges apart"]),
    ...(after.sequences === 1 ? [] : [`with padding there were ${after.sequences} sequences of lengths, not one`]),
    ...[before, after].flatMap(({ unmatched, file }) => (unmatched === 0 ? [] : [`${file} is not as its labels say`])),
  ];
}
