// What a man in the middle could read, in words, gathered from the events of a whole run in bounded memory.
import type { Accounted, FindingEvent, SnifferEvent, SummaryEvent, Visibility } from "../event.js";
import { counted, countText } from "../number-text.js";
import { LaterSummary } from "./later-summary.js";
import { isSameBytes, SOUGHT } from "./sought-secret.js";

export interface VerdictLine {
  readonly visibility: Visibility | undefined;
  readonly heading: boolean;
  readonly text: string;
}

/** What only someone with the keys could read is told apart from what everyone could. */
type Kind = Visibility | "opened";

export interface Kept {
  readonly finding: FindingEvent;
  count: number;
}

/** Findings of one kind. */
export interface VerdictSection {
  readonly visibility: Visibility;
  readonly heading: string;
  readonly kept: readonly Kept[];
  /** Different ones that are only counted. */
  readonly more: number;
}

/** Different findings of each kind that are told one by one; the others are counted. */
const MAX_KEPT = 12;
/** Secrets that the headline is made of: those that are kept, and the first of each other kind. */
const MAX_SECRETS = 2 * MAX_KEPT;

export class Verdict {
  readonly #kept: Record<Kind, Map<string, Kept>> = {
    readable: new Map(),
    metadata: new Map(),
    hidden: new Map(),
    damaged: new Map(),
    opened: new Map(),
  };
  readonly #more: Record<Kind, number> = { readable: 0, metadata: 0, hidden: 0, damaged: 0, opened: 0 };
  /** Of what was read: told first, and so not lost where many of one kind come before another. */
  readonly #secrets: FindingEvent[] = [];
  readonly #applications = new Map<string, number>();
  readonly #later = new LaterSummary();
  #summary: SummaryEvent | undefined;

  push(event: SnifferEvent): void {
    if (event.event === "finding") this.#keep(event);
    else if (event.event === "assessment") this.#later.push(event);
    else if (event.event === "summary") this.#summary = event;
    else if (event.event === "conversation") {
      this.#applications.set(event.application, (this.#applications.get(event.application) ?? 0) + 1);
    }
  }

  /** The first line alone, also while the run goes on: `isContentRead` tells then what is counted only at its end. */
  headline(isContentRead = false): string {
    const accounted = this.#summary?.accounted;
    if (accounted !== undefined) return this.#headline(accounted);
    const secrets = this.#secretsRead();
    if (secrets.length > 0) return `A man in the middle could read ${listed(secrets)}.`;
    if (isContentRead) return "A man in the middle can read what is said; no secret so far.";
    return "No secret was readable so far.";
  }

  /** Who could do what of the run, in order of how bad it is; without what nothing was found of. */
  sections(): VerdictSection[] {
    return KINDS.map(([kind, heading]) => {
      const visibility = kind === "opened" ? "hidden" : kind;
      return { visibility, heading, kept: [...this.#kept[kind].values()], more: this.#more[kind] };
    }).filter(({ kept }) => kept.length > 0);
  }

  /** What follows for the future, where handshakes were judged. */
  later(): string[] {
    return this.#later.lines();
  }

  /** Undefined before the end. */
  get summary(): SummaryEvent | undefined {
    return this.#summary;
  }

  get applications(): ReadonlyMap<string, number> {
    return this.#applications;
  }

  get loudest(): Visibility | undefined {
    return this.#summary && this.#loudest(this.#summary.accounted);
  }

  lines(): VerdictLine[] {
    const accounted = this.#summary?.accounted;
    if (this.#summary === undefined || accounted === undefined) return [];
    return [
      { visibility: this.#loudest(accounted), heading: true, text: this.#headline(accounted) },
      ...this.caveats().map((text) => ({ visibility: undefined, heading: false, text })),
      ...this.sections().flatMap(sectionLines),
      ...this.#whatIf(),
      ...this.#totals(this.#summary, accounted),
    ];
  }

  #keep(finding: FindingEvent): void {
    const kind = finding.decrypted === true ? "opened" : finding.visibility;
    const kept = this.#kept[kind];
    if (kind === "readable" && finding.value !== undefined) this.#keepSecret(finding);
    const key = [finding.what, finding.value, finding.field, finding.side].join("\n");
    const known = kept.get(key);
    if (known !== undefined) known.count += 1;
    else if (kept.size < MAX_KEPT) kept.set(key, { finding, count: 1 });
    else this.#more[kind] += 1;
  }

  #keepSecret(finding: FindingEvent): void {
    const isNew = !this.#secrets.some(({ what }) => what === finding.what);
    if (this.#secrets.length < (isNew ? MAX_SECRETS : MAX_KEPT)) this.#secrets.push(finding);
  }

  #headline(accounted: Accounted): string {
    const secrets = this.#secretsRead();
    if (secrets.length > 0) return `A man in the middle could read ${listed(secrets)}.`;
    if (accounted.plaintext > 0) {
      return `A man in the middle could read ${counted(accounted.plaintext, "byte")} in the clear.`;
    }
    if (accounted.ciphertext > 0) {
      return "Somebody listening on the wire could read no content: only who talks to whom, when, and how much.";
    }
    if (accounted.tls_metadata > 0) {
      return "Somebody listening on the wire could read no content: handshakes of TLS were seen, and nothing was said behind them.";
    }
    if (this.#summary?.packets === 0) return "Nothing was captured: there is nothing to read.";
    return "Nothing was seen in the clear that is understood here, and nothing encrypted by TLS.";
  }

  /** What is not understood here may still be to others: silence about it would be a promise. */
  caveats(): string[] {
    const unknown = this.#summary?.accounted.not_understood ?? 0;
    if (unknown === 0) return [];
    return [`${counted(unknown, "byte")} more belong to nothing that is known here; others may read them.`];
  }

  #secretsRead(): string[] {
    const named = this.#secrets.filter(({ what }) => what !== SOUGHT);
    const told = this.#secrets.filter((one) => one.what !== SOUGHT || !named.some((other) => isSameBytes(one, other)));
    return [...new Set(told.map(({ what }) => `the ${what}`))];
  }

  #loudest(accounted: Accounted): Visibility | undefined {
    if (this.#kept.readable.size > 0 || accounted.plaintext > 0) return "readable";
    return accounted.ciphertext > 0 ? "hidden" : undefined;
  }

  #whatIf(): VerdictLine[] {
    const lines = this.#later.lines().map((text) => ({ visibility: undefined, heading: false, text }));
    return lines.length === 0 ? [] : [{ visibility: undefined, heading: true, text: "later" }, ...lines];
  }

  #totals(summary: SummaryEvent, accounted: Accounted): VerdictLine[] {
    const plain = (text: string): VerdictLine => ({ visibility: undefined, heading: false, text });
    const shares = Object.entries(accounted)
      .filter(([, bytes]) => bytes > 0)
      .map(([name, bytes]) => `${name.replaceAll("_", " ")} ${countText(bytes)}`);
    const spoken = [...this.#applications].map(([name, count]) => `${countText(count)} ${name}`);
    const skipped = Object.entries(summary.skipped).map(([name, count]) => `${countText(count)} ${name}`);
    return [
      { visibility: undefined, heading: true, text: "in all" },
      plain(`${counted(summary.packets, "packet")}, ${counted(summary.bytes, "byte")} captured`),
      ...(shares.length > 0 ? [plain(`of these: ${shares.join(", ")}`)] : []),
      ...(spoken.length > 0 ? [plain(`conversations: ${spoken.join(", ")}`)] : []),
      ...(skipped.length > 0 ? [plain(`packets not looked into: ${skipped.join(", ")}`)] : []),
    ];
  }
}

const KINDS: readonly (readonly [kind: Kind, heading: string])[] = [
  ["readable", "in the clear"],
  ["metadata", "told beside the content"],
  ["hidden", "hidden"],
  ["opened", "read here with the keys, hidden from those who lack them"],
  ["damaged", "missing or damaged"],
];

function sectionLines({ visibility, heading, kept, more }: VerdictSection): VerdictLine[] {
  const lines = kept.map((one) => ({ visibility, heading: false, text: describe(one) }));
  const rest = more === 0 ? [] : [{ visibility, heading: false, text: `and ${more} more` }];
  return [{ visibility, heading: true, text: heading }, ...lines, ...rest];
}

/** "password: [redacted: 24 bytes] in http authorization (packet 9, byte 12 of the client's stream in #0, 2 times)". */
function describe({ finding, count }: Kept): string {
  const { what, value, field, side, conversation, evidence } = finding;
  const said = value === undefined ? what : `${what}: ${value}`;
  const where = field === undefined ? "" : ` in ${field}`;
  const stream = side === null ? "of the packet" : `of the ${side}'s stream in #${conversation}`;
  const place =
    conversation === null ? `packet ${evidence.frame}` : `packet ${evidence.frame}, byte ${evidence.offset} ${stream}`;
  const times = count === 1 ? "" : `, ${count} times`;
  return `${said}${where} (${place}${times})`;
}

function listed(items: readonly string[]): string {
  const last = items.at(-1) ?? "";
  return items.length < 2 ? last : `${items.slice(0, -1).join(", ")} and ${last}`;
}
