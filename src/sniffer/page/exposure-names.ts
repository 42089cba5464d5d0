// The rows and columns of the exposure matrix, in their order.
import type { Aspect, Observer } from "./page-model.js";

/** What the conversation is held for: whoever reads it has read the conversation. */
export const CONTENT_ASPECTS: readonly Aspect[] = ["password", "token", "content"];

/** What is told beside it, mostly to everyone. */
export const CONTEXT_ASPECTS: readonly Aspect[] = ["certificate", "protocol", "server_name", "sizes", "ends"];

export const ASPECTS: readonly Aspect[] = [...CONTENT_ASPECTS, ...CONTEXT_ASPECTS];

export const OBSERVERS: readonly Observer[] = ["passive", "impersonator", "trusted_ca", "keys"];
