// What the assessments of a run come to: how many conversations could be opened later, and by whom.
import type { AssessmentEvent } from "../event.js";
import { WHO } from "./reader-names.js";

export class LaterSummary {
  #all = 0;
  #failed = 0;
  #unknown = 0;
  #forwardSecret = 0;
  #early = 0;
  readonly #openTo = new Map<string, number>();

  push({ statements, readers }: AssessmentEvent): void {
    const secrecy = statements.find(({ topic }) => topic === "forward_secrecy")?.rating;
    this.#all += 1;
    if (readers.length === 0) this.#failed += 1;
    else if (secrecy === "unknown") this.#unknown += 1;
    if (readers.length === 0) return;
    if (secrecy === "good") this.#forwardSecret += 1;
    if (statements.some(({ topic }) => topic === "early_data")) this.#early += 1;
    for (const { who, can } of readers) {
      if (can === "read" && who !== WHO.keyLog) this.#openTo.set(who, (this.#openTo.get(who) ?? 0) + 1);
    }
  }

  /** Empty where nothing was assessed. */
  lines(): string[] {
    if (this.#all === 0) return [];
    const quantum = this.#openTo.get(WHO.quantum) ?? 0;
    const others = [...this.#openTo].filter(([who]) => who !== WHO.quantum);
    const judged = this.#all - this.#failed - this.#unknown;
    return [
      ...lineOf(this.#forwardSecret, "forward secret, no key that stays opens what was recorded"),
      ...others.map(([who, count]) => `${conversations(count)}: open to ${who}`),
      ...(judged > 0 ? [quantumLine(judged, quantum)] : []),
      ...lineOf(this.#early, "with early data, which has no forward secrecy and can be sent again"),
      ...lineOf(this.#failed, "failed handshakes, nothing to open"),
      ...lineOf(this.#unknown, "not judged: how the keys were agreed was not seen"),
    ];
  }
}

function quantumLine(judged: number, quantum: number): string {
  if (quantum === 0)
    return judged === 1 ? "it is safe from a quantum computer" : "all are safe from a quantum computer";
  if (quantum < judged) return `${conversations(quantum)}: open to ${WHO.quantum}`;
  return judged === 1 ? "it is not safe from a quantum computer" : "none is safe from a quantum computer";
}

function lineOf(count: number, what: string): string[] {
  return count === 0 ? [] : [`${conversations(count)}: ${what}`];
}

function conversations(count: number): string {
  return `${count} TLS conversation${count === 1 ? "" : "s"}`;
}
