// The answer of a matcher that sees the beginning of a stream.

/** "maybe": the bytes seen agree so far, more are needed. */
export type Match = "yes" | "no" | "maybe";
