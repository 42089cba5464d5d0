// What-if: judges a conversation's handshake for later: who could read the recording, and with which key.
import type { AssessmentEvent, Side, SnifferEvent } from "../event.js";
import type { Assessor, AssessorContext } from "../tls/assessor.js";
import { HandshakeFacts } from "../tls/handshake-facts.js";
import type { HandshakeMessage } from "../tls/handshake-joiner.js";
import { assessmentStatements } from "./assessment-statements.js";
import { futureReaders } from "./future-readers.js";
import { keyAgreement } from "./key-agreement.js";

export function newAssessor(context: AssessorContext): Assessor {
  return new HandshakeAssessor(context);
}

class HandshakeAssessor implements Assessor {
  readonly #facts: HandshakeFacts;

  constructor(context: AssessorContext) {
    this.#facts = new HandshakeFacts(context);
  }

  hear(event: SnifferEvent): void {
    this.#facts.hear(event);
  }

  take(side: Side, message: HandshakeMessage, wasSealed: boolean): void {
    this.#facts.take(side, message, wasSealed);
  }

  conclude(conversation: number): AssessmentEvent {
    const facts = this.#facts;
    const agreement = keyAgreement(facts);
    const hasFailed = facts.fatalAlert !== undefined && facts.dataRecords === 0 && facts.earlyData === undefined;
    return {
      event: "assessment",
      conversation,
      frame: facts.server?.frame ?? facts.client?.frame ?? facts.firstFrame,
      statements: assessmentStatements(facts, agreement),
      readers: hasFailed ? [] : futureReaders(facts, agreement),
    };
  }
}
