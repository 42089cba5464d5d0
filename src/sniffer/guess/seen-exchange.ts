// What an observer sees of exchanges: how long each TLS record was, whose, and when. Nothing here was decrypted.
import type { RecordEvent, Side, SnifferEvent } from "../event.js";

export interface SeenRecord {
  readonly side: Side;
  /** Of the fragment, without the record's header. */
  readonly length: number;
  /** Microseconds since 1970; 0 where the capture has no times. */
  readonly atUs: number;
}

/** Records of one request and its answer, in the order in which they went by. */
export type SeenExchange = readonly SeenRecord[];

const APPLICATION_DATA = 23;
const TLS_1_3 = "0x0304";
/** Two bytes of alert, one that says so, and the tag (RFC 8446, sections 5.2 and 6): the end of a connection. */
const ALERT_BYTES = 19;

/** What is kept of a capture; the rest goes by. */
export interface ExchangeLimits {
  readonly conversations: number;
  /** Of all conversations together. */
  readonly records: number;
  readonly recordsOfOne: number;
}

/** Some 100 MB at the most, and far more than what can be labelled. */
const DEFAULT_LIMITS: ExchangeLimits = { conversations: 100_000, records: 1_000_000, recordsOfOne: 100_000 };

/** Events in, conversations out. */
export class ExchangeWatch {
  readonly #limits: ExchangeLimits;
  readonly #conversations = new Map<number, SeenConversation>();
  #records = 0;
  #atUs = 0;

  constructor(limits: ExchangeLimits = DEFAULT_LIMITS) {
    this.#limits = limits;
  }

  push(event: SnifferEvent): void {
    if (event.event === "packet") this.#atUs = event.time === null ? 0 : Math.round(Number(event.time) * 1e6);
    else if (event.event === "record") this.#add(event);
    else if (event.event === "server_hello") this.#of(event.conversation)?.hide(event.version === TLS_1_3);
    else if (event.event === "conversation") this.#of(event.id);
  }

  /** In the order in which they began. */
  get conversations(): SeenConversation[] {
    return [...this.#conversations].sort(([one], [other]) => one - other).map(([, conversation]) => conversation);
  }

  #add(event: RecordEvent): void {
    const { records, recordsOfOne } = this.#limits;
    const conversation = this.#of(event.conversation);
    if (event.content_type !== APPLICATION_DATA || conversation === undefined) return;
    if (this.#records >= records || conversation.length >= recordsOfOne) return;
    this.#records += 1;
    conversation.add(event, this.#atUs);
  }

  #of(id: number): SeenConversation | undefined {
    const known = this.#conversations.get(id);
    if (known !== undefined || this.#conversations.size >= this.#limits.conversations) return known;
    const conversation = new SeenConversation();
    this.#conversations.set(id, conversation);
    return conversation;
  }
}

/** One connection. */
export class SeenConversation {
  readonly #records: SeenRecord[] = [];
  #isHidden = false;

  get length(): number {
    return this.#records.length;
  }

  /** Whether the end of the handshake looks like application data. */
  hide(isHidden: boolean): void {
    this.#isHidden = isHidden;
  }

  add({ side, length }: RecordEvent, atUs: number): void {
    this.#records.push({ side, length, atUs });
  }

  /** All that was said as one exchange, or cut into one for each time that the client spoke after the server. */
  exchanges(count: number): SeenExchange[] {
    const said = this.#said();
    return count === 1 ? [said] : cut(said);
  }

  /** Without the handshake: the client's Finished is the first that it hides, and is behind all of the server's but tickets. */
  #said(): SeenRecord[] {
    const finished = this.#isHidden ? this.#records.findIndex(({ side }) => side === "client") : -1;
    const isAlert = ({ length }: SeenRecord): boolean => this.#isHidden && length === ALERT_BYTES;
    return this.#records.slice(finished + 1).filter((record) => !isAlert(record));
  }
}

function cut(records: readonly SeenRecord[]): SeenExchange[] {
  const exchanges: SeenRecord[][] = [];
  let before: Side = "server";
  for (const record of records) {
    if (record.side === "client" && before === "server") exchanges.push([]);
    exchanges.at(-1)?.push(record);
    before = record.side;
  }
  return exchanges;
}
