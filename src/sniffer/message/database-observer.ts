// Watches the first steps of PostgreSQL and MySQL, far enough to see TLS begin behind their own requests for it
// (PostgreSQL, "SSL Session Encryption"; MySQL, "Protocol::SSLRequest").
import type { Side, SnifferEvent } from "../event.js";
import type { Conversation, StreamEvent } from "../stream/stream-event.js";
import { type BytesEvent, EventQueue, type Handover, type MessageObserver } from "./message-observer.js";
import { emptyMessageTally, type MessageTally } from "./message-tally.js";

export type Database = "mysql" | "postgresql";

export function isDatabase(application: string): application is Database {
  return application === "mysql" || application === "postgresql";
}

const POSTGRESQL_REQUEST_BYTES = 8;
const MYSQL_REQUEST_BYTES = 36;
const MYSQL_CLIENT_SSL = 0x0800;
const KEPT_BYTES = 64;

export class DatabaseObserver implements MessageObserver {
  readonly #queue: EventQueue;
  readonly #database: Database;
  readonly #first: number[] = [];
  readonly #ends: Handover = { client: 0, server: 0 };
  #plaintext = 0;
  handover: Handover | undefined;

  constructor(conversation: Conversation, database: Database) {
    this.#queue = new EventQueue(conversation);
    this.#database = database;
  }

  push(event: StreamEvent): void {
    if (event.kind === "gap") this.#queue.hole(event, "");
    if (event.kind !== "bytes") return;
    const end = this.#database === "mysql" ? this.#mysql(event) : this.#postgresql(event);
    if (end !== undefined) this.#handOver(event, end);
    this.#ends[event.side] = end ?? event.offset + event.bytes.length;
    this.#plaintext += (end ?? event.offset + event.bytes.length) - event.offset;
  }

  next(): SnifferEvent | undefined {
    return this.#queue.next();
  }

  finish(): void {}

  get tally(): MessageTally {
    return { ...emptyMessageTally(), plaintext: this.#plaintext };
  }

  /** Stream offset behind the request when it asks for TLS: the client goes on at once with a ClientHello. */
  #mysql(event: BytesEvent): number | undefined {
    if (event.side !== "client" || !this.#keepFirst(event, MYSQL_REQUEST_BYTES)) return undefined;
    const [length0, length1, length2, sequence, , flags1 = 0] = this.#first;
    const isRequest = length0 === 32 && length1 === 0 && length2 === 0 && sequence === 1;
    return isRequest && (flags1 & (MYSQL_CLIENT_SSL >> 8)) !== 0 ? MYSQL_REQUEST_BYTES : undefined;
  }

  /** Stream offset behind the server's one-byte "S". */
  #postgresql(event: BytesEvent): number | undefined {
    if (event.side === "client") {
      this.#keepFirst(event, POSTGRESQL_REQUEST_BYTES);
      return undefined;
    }
    const asked = SSL_REQUEST.every((byte, index) => this.#first[index] === byte);
    return asked && event.offset === 0 && event.bytes[0] === 0x53 ? 1 : undefined;
  }

  /** Collects the client's first bytes; true in the push that brought the last of the `wanted`. */
  #keepFirst(event: BytesEvent, wanted: number): boolean {
    const before = this.#first.length;
    if (before >= wanted || event.offset !== before) return false;
    for (const byte of event.bytes.subarray(0, KEPT_BYTES)) this.#first.push(byte);
    return this.#first.length >= wanted;
  }

  #handOver(event: BytesEvent, end: number): void {
    const other: Side = event.side === "client" ? "server" : "client";
    this.handover = { ...this.#ends, [event.side]: end, [other]: this.#ends[other] };
    const evidence = { frame: event.frame, offset: event.offset, length: end - event.offset };
    this.#queue.find(event.side, "metadata", `${this.#database}: TLS begins behind this`, evidence);
  }
}

/** Length 8 and the code 80877103. */
const SSL_REQUEST = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];
