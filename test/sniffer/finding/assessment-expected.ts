// What an assessment is expected to say of a handshake.
import type { AssessmentTopic, FutureReader } from "../../../src/sniffer/event.js";
import type { OpensslWish } from "../tls/openssl-talk.js";

export interface Expected {
  readonly ratings: Partial<Record<AssessmentTopic, string>>;
  /** By the first words of who. */
  readonly readers: Readonly<Record<string, FutureReader["can"]>>;
  /** What openssl says. */
  readonly said: RegExp;
  /** A sentence that is among the statements. */
  readonly text?: RegExp;
}

export type AssessmentCase = readonly [what: string, wish: OpensslWish, expected: Expected];

export const KEY_LOG = "whoever holds the session keys (a key log)";
export const SERVER_KEY = "whoever gets the server's private key";
export const TICKET_KEY = "whoever gets the session ticket key";
export const CACHE = "whoever gets the server's session cache";
export const THE_PSK = "whoever knows the pre-shared key";
export const QUANTUM = "whoever builds a large quantum computer";
export const COMPUTING = "whoever spends enough computing time";
export const MIDDLE = "whoever stood between the two at the time";
