// What a handler may know and do about the call it serves.

import type { Metadata } from "./metadata.js";

/** The other end of a connection. */
export interface Peer {
  readonly address: string;
  readonly port: number;
  /** Whether TLS carries the connection; false only in the lab's plaintext mode. */
  readonly encrypted: boolean;
}

/** The second argument of every handler. */
export interface CallContext {
  /** "package.Service/Method". */
  readonly method: string;
  readonly peer: Peer;
  /** Names the connection for as long as the process lives; counts from 1. */
  readonly connection: { readonly id: number };
  /** Aborts when the deadline passes, the caller cancels, the connection is gone, or the server closes. Its reason is an RpcError. */
  readonly signal: AbortSignal;
  /** Milliseconds since 1970; undefined only if the server sets no maximum. */
  readonly deadline: number | undefined;
  readonly metadata: Metadata;
  /** Sent with the answer, good or bad. */
  readonly responseMetadata: Metadata;
}
