// One side of a TCP connection as Zeek follows it: its state, its letters of history, and how much it said by its sequence
// numbers (docs.zeek.org, conn.log: conn_state and history).
import { advanceSequence, sequenceDistance } from "../stream/sequence.js";

export type EndpointState = "inactive" | "syn_sent" | "syn_ack_sent" | "partial" | "established" | "closed" | "reset";

/** Letters that are told once a side, whatever comes again. */
type OnceLetter = "A" | "D" | "I" | "Q";
/** Letters that are told the 1st, 10th, 100th … time. */
type ScaledLetter = "T" | "W" | "G";
/** What is told again where it stands at another number. */
type PlacedKind = "syn" | "fin" | "rst";

export class TcpEndpoint {
  readonly isOriginator: boolean;
  state: EndpointState = "inactive";
  previousState: EndpointState = "inactive";
  didClose = false;
  /** All flags that it ever set. */
  flags = 0;
  sawFin = false;
  /** Relative numbers count from `start`, so that they need not wrap. */
  #start = 0;
  #last = 0;
  #acknowledged = 0;
  readonly #told = new Set<OnceLetter>();
  readonly #places = new Map<PlacedKind, number>();
  readonly #scaled = new Map<ScaledLetter, { count: number; next: number }>();

  constructor(isOriginator: boolean) {
    this.isOriginator = isOriginator;
  }

  become(state: EndpointState): void {
    this.previousState = this.state;
    this.state = state;
  }

  /** `sequence`: of the SYN, or where one would have stood; `last`: one behind what is known to have been said. */
  begin(sequence: number, last: number): void {
    this.#start = sequence;
    this.#last = sequenceDistance(sequence, last);
    this.#acknowledged = 0;
  }

  isAtStart(sequence: number): boolean {
    return sequence === this.#start;
  }

  /** By how much this number lies beyond all before. */
  beyond(end: number): number {
    return sequenceDistance(advanceSequence(this.#start, this.#last), end);
  }

  reach(end: number): void {
    this.#last += this.beyond(end);
  }

  get hasSaidNothing(): boolean {
    return this.#last === 1;
  }

  /** The other side has everything up to this number. */
  acknowledge(number: number): void {
    const more = sequenceDistance(advanceSequence(this.#start, this.#acknowledged), number);
    if (more > 0) this.#acknowledged += more;
  }

  /** Bytes that it said, by its numbers: neither SYN nor FIN counts. */
  size(peer: TcpEndpoint): number {
    const isProbe = this.previousState === "syn_sent" && this.state === "reset" && peer.state === "inactive";
    if (isProbe && this.#acknowledged === 0) return 0;
    let size = Math.max(this.#last, this.#acknowledged, 0);
    if (size > 0) size -= 1;
    if (this.sawFin && size > 0) size -= 1;
    return size;
  }

  once(letter: OnceLetter): string {
    if (this.#told.has(letter)) return "";
    this.#told.add(letter);
    return this.#cased(letter);
  }

  placed(kind: PlacedKind, letter: string, sequence: number): string {
    const known = this.#places.get(kind);
    this.#places.set(kind, sequence);
    return known === sequence ? "" : this.#cased(letter);
  }

  scaled(letter: ScaledLetter): string {
    const seen = this.#scaled.get(letter) ?? { count: 0, next: 1 };
    this.#scaled.set(letter, seen);
    seen.count += 1;
    if (seen.count < seen.next) return "";
    seen.next *= 10;
    return this.#cased(letter);
  }

  #cased(letter: string): string {
    return this.isOriginator ? letter : letter.toLowerCase();
  }
}
