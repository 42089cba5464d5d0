// What --max-memory means: a share for each thing that is kept between packets, and what is done when that was not enough.
import type { FragmentLimits } from "./packet/fragment-table.js";
import type { ConversationLimits } from "./stream/conversation-table.js";
import type { EapLimits } from "./stream/eap-table.js";

export interface PipelineLimits extends ConversationLimits {
  readonly fragments: FragmentLimits;
  /** Bytes that all conversations together keep before their protocol is clear; of messages that are not whole, half. */
  readonly maxUndecidedBytes: number;
  /** Conversations that have spoken: they cost several times what silent ones do. */
  readonly maxSpeakingConversations: number;
}

const MEBIBYTE = 0x100000;
/** Node itself, the program, and what is on its way from the capture to the pipeline. */
const PROGRAM_BYTES = 112 * MEBIBYTE;
/** A conversation in a TLS handshake, measured, with room for the garbage that its packets leave. */
const CONVERSATION_BYTES = 16 * 1024;
/** Silence after which two ports that exchanged datagrams are taken to have ended, where memory or time is unbounded. */
export const DATAGRAM_SILENCE_SECONDS = 300;

/** What keeps a flood of them under 300 MB in all; whoever has more memory gives more. */
export const MAX_SPEAKING_CONVERSATIONS = 8192;
export const MAX_UNDECIDED_BYTES = 64 * MEBIBYTE;
/** More than a wireless network lets in at a time; so few that what they hold drives out no others. */
const MAX_EAP_CONVERSATIONS = 128;

/** Those over EAP count among all that speak, and leave the others room. */
export function eapLimits(limits: Partial<PipelineLimits> = {}): EapLimits {
  const { maxSpeakingConversations = MAX_SPEAKING_CONVERSATIONS, maxHeldBytesInAll = 64 * MEBIBYTE } = limits;
  return {
    maxConversations: Math.min(MAX_EAP_CONVERSATIONS, maxSpeakingConversations >> 1),
    maxHeldBytesInAll: maxHeldBytesInAll >> 3,
  };
}

/** All of it under the bounds that hold anyway. */
export function limitsForMemory(megabytes: number): Partial<PipelineLimits> {
  const share = Math.max(0, megabytes * MEBIBYTE - PROGRAM_BYTES) / 32;
  const upTo = (most: number, shares: number): number => Math.floor(Math.min(most, share * shares));
  const maxHeldBytesInAll = upTo(64 * MEBIBYTE, 4);
  const maxConversations = Math.max(64, upTo(65_536 * CONVERSATION_BYTES, 16) / CONVERSATION_BYTES) | 0;
  return {
    maxConversations,
    maxSpeakingConversations: maxConversations,
    maxHeldBytesInAll,
    maxHeldBytes: Math.min(8 * MEBIBYTE, maxHeldBytesInAll),
    maxRememberedBytes: upTo(4 * MEBIBYTE, 1),
    maxUndecidedBytes: upTo(64 * MEBIBYTE, 4),
    fragments: { maxHeldBytes: upTo(8 * MEBIBYTE, 1), maxDatagrams: 1024, maxPieces: 1024 },
    datagramSilenceSeconds: DATAGRAM_SILENCE_SECONDS,
  };
}

const SAMPLES = 16;

/**
 * The shares above are of what is counted. What peers make an observer keep besides is seen here: when even the lowest
 * of the last samples, which is the one soonest after a collection of garbage, is above the bound.
 */
export class MemoryGuard {
  readonly #maxBytes: number;
  #lowest = Number.POSITIVE_INFINITY;
  #samples = 0;

  constructor(megabytes: number) {
    this.#maxBytes = megabytes * MEBIBYTE;
  }

  /** Takes what is in use now; true when some of it has to go. */
  isExceeded(usedBytes: number): boolean {
    this.#lowest = Math.min(this.#lowest, usedBytes);
    this.#samples += 1;
    if (this.#samples < SAMPLES) return false;
    const isAbove = this.#lowest > this.#maxBytes;
    this.#samples = 0;
    this.#lowest = Number.POSITIVE_INFINITY;
    return isAbove;
  }
}
