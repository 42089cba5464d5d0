// What more, and what less, can be read in one capture than in another.
import type { Accounted } from "../event.js";
import type { FactKind } from "./exposure-fact.js";
import type { ExposureProfile } from "./exposure-profile.js";

export interface DifferenceEvent {
  event: "difference";
  change: "more" | "less" | "other";
  kind: FactKind | "certificate";
  what: string;
  /** How often it came. */
  before: number;
  after: number;
}

export interface DifferenceSummaryEvent {
  event: "difference_summary";
  /** More can be read, or more easily, after than before. */
  worse: boolean;
  more: number;
  less: number;
  /** Captures in which something is missing: what was not seen in them may still be there. */
  incomplete: ("before" | "after")[];
  /** Shares of the captured bytes, from 0 to 1. */
  before: Accounted;
  after: Accounted;
}

export interface Difference {
  readonly lines: readonly DifferenceEvent[];
  readonly summary: DifferenceSummaryEvent;
}

/** Worst first. */
const KINDS: readonly DifferenceEvent["kind"][] = ["readable", "weaker", "unknown", "told", "damaged", "certificate"];

/** Of these more is worse; the others are told. */
const WORSE: ReadonlySet<string> = new Set(["readable", "weaker", "unknown", "told"]);

/** What comes with TLS: where there was none before, it is no step back. */
const OF_TLS: ReadonlySet<string> = new Set(["weaker", "told"]);

export function compareProfiles(before: ExposureProfile, after: ExposureProfile): Difference {
  const lines = [...factLines(before, after), ...certificateLines(before, after)].sort(
    (left, right) => KINDS.indexOf(left.kind) - KINDS.indexOf(right.kind),
  );
  const more = lines.filter(({ change }) => change === "more").length;
  const summary: DifferenceSummaryEvent = {
    event: "difference_summary",
    worse: more > 0,
    more,
    less: lines.filter(({ change }) => change === "less").length,
    incomplete: [
      ...(before.isIncomplete ? ["before" as const] : []),
      ...(after.isIncomplete ? ["after" as const] : []),
    ],
    before: shares(before),
    after: shares(after),
  };
  return { lines, summary };
}

function factLines(before: ExposureProfile, after: ExposureProfile): DifferenceEvent[] {
  const keys = [...new Set([...before.facts.keys(), ...after.facts.keys()])];
  return keys.flatMap((key): DifferenceEvent[] => {
    const [old, fresh] = [before.facts.get(key), after.facts.get(key)];
    const fact = old ?? fresh;
    // How often a thing is exposed depends on how often it was tried.
    if (fact === undefined || (old !== undefined && fresh !== undefined)) return [];
    const direction = fresh === undefined ? "less" : "more";
    const isNewTls = direction === "more" && !before.speaksTls && after.speaksTls;
    const counts = WORSE.has(fact.kind) && !(isNewTls && OF_TLS.has(fact.kind));
    const change = counts ? direction : "other";
    return [
      {
        event: "difference",
        change,
        kind: fact.kind,
        what: fact.what,
        before: old?.count ?? 0,
        after: fresh?.count ?? 0,
      },
    ];
  });
}

/** A certificate that was replaced is worth a look, and no harm. */
function certificateLines(before: ExposureProfile, after: ExposureProfile): DifferenceEvent[] {
  return [...after.certificates].flatMap(([subject, hashes]): DifferenceEvent[] => {
    const old = before.certificates.get(subject);
    if (old === undefined || [...hashes].every((hash) => old.has(hash))) return [];
    const what = `the certificate of ${subject} was replaced`;
    return [{ event: "difference", change: "other", kind: "certificate", what, before: old.size, after: hashes.size }];
  });
}

function shares({ accounted }: ExposureProfile): Accounted {
  const entries = Object.entries(accounted ?? {});
  const total = Math.max(
    1,
    entries.reduce((sum, [, bytes]) => sum + bytes, 0),
  );
  return Object.fromEntries(entries.map(([name, bytes]) => [name, bytes / total])) as unknown as Accounted;
}
