// How a handshake is judged beside being watched: whoever does it hears what is said and sees each handshake message.
import type { AssessmentEvent, Side, SnifferEvent } from "../event.js";
import type { HandshakeMessage } from "./handshake-joiner.js";

export type AssessedTransport = "tls" | "dtls" | "quic";

export interface Assessor {
  /** What the watch of the handshake says, as it is told. */
  hear(event: SnifferEvent): void;
  /** A handshake message, valid during the call only; `wasSealed` when it took keys to read it. */
  take(side: Side, message: HandshakeMessage, wasSealed: boolean): void;
  conclude(conversation: number): AssessmentEvent;
}

export interface AssessorContext {
  readonly transport: AssessedTransport;
  /** The capture began after the connection did. */
  readonly midstream: boolean;
  /** Time of the packet that is looked at, in seconds since 1970; null where the capture has none. */
  readonly now: () => number | null;
}

export type NewAssessor = (context: AssessorContext) => Assessor;
