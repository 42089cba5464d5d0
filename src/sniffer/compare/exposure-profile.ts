// What one capture exposes: its facts with how often each came, who its servers were, and where its bytes went.
import type { Accounted, SnifferEvent } from "../event.js";
import { type ExposureFact, type FactKind, factsOf } from "./exposure-fact.js";

/** Different facts that one capture may have; what it exposes beyond would be too much to compare. */
const MAX_FACTS = 20_000;

export interface CountedFact extends ExposureFact {
  readonly count: number;
}

export class ExposureProfile {
  readonly #facts = new Map<string, CountedFact>();
  /** SHA-256 of the certificates that a subject was seen with. */
  readonly #certificates = new Map<string, Set<string>>();
  #accounted: Accounted | undefined;
  #isDamaged = false;
  /** Whether any conversation was TLS. */
  speaksTls = false;
  /** True where there were more facts than can be compared. */
  isFull = false;

  push(event: SnifferEvent): void {
    for (const fact of factsOf(event)) this.#add(fact);
    if (event.event === "certificate" && event.side === "server") this.#certificate(event.chain[0]);
    if (event.event === "client_hello" || event.event === "server_hello") this.speaksTls = true;
    if (event.event !== "summary") return;
    this.#accounted = event.accounted;
    this.#isDamaged = event.damaged;
  }

  get facts(): ReadonlyMap<string, CountedFact> {
    return this.#facts;
  }

  get certificates(): ReadonlyMap<string, ReadonlySet<string>> {
    return this.#certificates;
  }

  /** Undefined where the events broke off before their summary. */
  get accounted(): Accounted | undefined {
    return this.#accounted;
  }

  /** Whether something is missing, so that what was not seen may still be there. */
  get isIncomplete(): boolean {
    return this.#isDamaged || this.kinds.has("damaged");
  }

  get kinds(): ReadonlySet<FactKind> {
    return new Set([...this.#facts.values()].map(({ kind }) => kind));
  }

  #add(fact: ExposureFact): void {
    const key = `${fact.kind} ${fact.what}`;
    const known = this.#facts.get(key);
    if (known === undefined && this.#facts.size >= MAX_FACTS) this.isFull = true;
    else this.#facts.set(key, { ...fact, count: (known?.count ?? 0) + 1 });
  }

  #certificate(own: { subject: string; sha256: string } | undefined): void {
    if (own === undefined) return;
    const known = this.#certificates.get(own.subject) ?? new Set();
    known.add(own.sha256);
    if (this.#certificates.size < MAX_FACTS) this.#certificates.set(own.subject, known);
  }
}
