// Follows every conversation for a flow log: packets, times, handshake; and gives it whole when it ends.
import type { Application, FindingEvent, SnifferEvent } from "../event.js";
import type { SegmentWatcher } from "../pipeline.js";
import type { NewAssessor } from "../tls/assessor.js";
import { ConnectionFacts, type Microseconds, timeOf } from "./connection-facts.js";
import { TlsLogFacts } from "./tls-log-facts.js";

export interface EndedConnection {
  readonly facts: ConnectionFacts;
  readonly application: Application;
  readonly communityId: string;
  readonly gaps: number;
}

const NOT_CAPTURED = /bytes were not captured/;

export class ConnectionLog {
  readonly #connections = new Map<number, ConnectionFacts>();
  #now: Microseconds | undefined;

  /** To be given to the pipeline. */
  readonly watchSegment: SegmentWatcher = (packet, conversation, side) => {
    this.#now = timeOf(packet) ?? this.#now;
    const known = this.#connections.get(conversation.id);
    const facts = known ?? new ConnectionFacts(conversation, packet, side);
    if (known === undefined) this.#connections.set(conversation.id, facts);
    facts.push(packet, side);
  };

  /** To be given to the pipeline. */
  readonly newAssessor: NewAssessor = (context) =>
    new TlsLogFacts(context, {
      now: () => this.#now,
      deliver: (conversation, facts) => {
        const connection = this.#connections.get(conversation);
        if (connection !== undefined) connection.tls = facts;
      },
    });

  /** Undefined but where a conversation ends by this event. */
  push(event: SnifferEvent): EndedConnection | undefined {
    if (event.event === "finding") this.#finding(event);
    if (event.event !== "conversation") return undefined;
    const facts = this.#connections.get(event.id);
    this.#connections.delete(event.id);
    if (facts === undefined) return undefined;
    return { facts, application: event.application, communityId: event.community_id, gaps: event.gaps };
  }

  #finding({ conversation, side, visibility, what, evidence }: FindingEvent): void {
    if (conversation === null || side === null || visibility !== "damaged" || !NOT_CAPTURED.test(what)) return;
    this.#connections.get(conversation)?.gap(side, evidence.length);
  }
}
