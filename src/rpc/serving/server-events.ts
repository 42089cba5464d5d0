// The typed events of an RpcServer.

import type { StatusCode } from "../../wire/status-code.js";
import type { Peer } from "../call-context.js";
import type { CallKind } from "../interceptor.js";
import type { RpcError } from "../rpc-error.js";

/** A connection whose handshake is done. */
export interface ConnectionEvent {
  /** Counts from 1 for as long as the process lives. */
  readonly id: number;
  readonly address: string;
  readonly port: number;
  readonly encrypted: boolean;
  /** Whether the handshake resumed an earlier session. */
  readonly resumed: boolean;
  /** "TLSv1.3"; undefined in plaintext mode. */
  readonly protocol: string | undefined;
  /** "TLS_AES_128_GCM_SHA256"; undefined in plaintext mode. */
  readonly cipher: string | undefined;
}

/** A call that reached its handler. */
export interface CallEvent {
  readonly connectionId: number;
  readonly method: string;
  readonly peer: Peer;
}

/** A call that ended, whether or not it reached a handler. */
export interface CallEndEvent {
  readonly connectionId: number;
  /** "unknown" for a method that is not served: what a stranger sends must not become a label of a metric. */
  readonly method: string;
  /** "unary" for a method that is not served. */
  readonly kind: CallKind;
  /** Whether it reached its handler and the interceptors around it. */
  readonly ran: boolean;
  readonly code: StatusCode;
  readonly durationMs: number;
  /** What came and what was sent: 1 and, if it succeeded, 1 for a unary call. */
  readonly requestMessages: number;
  readonly responseMessages: number;
  /** Payloads of the requests. */
  readonly requestBytes: number;
  /** Frames of the responses. */
  readonly responseBytes: number;
}

/** Where an `error` came from. */
export interface ServerErrorEvent {
  readonly connectionId?: number | undefined;
  readonly method?: string | undefined;
  /** The event whose listener threw. */
  readonly listenerOf?: string | undefined;
}

export interface ServerEvents {
  connection: [ConnectionEvent];
  /** A connection ended; the reason is undefined when it ended as it should. */
  connectionEnd: [ConnectionEvent, reason: RpcError | undefined];
  /** A stranger was turned away before it became a connection: a limit, a failed handshake, no ALPN. */
  refused: [{ readonly address: string; readonly reason: RpcError }];
  call: [CallEvent];
  callEnd: [CallEndEvent];
  /** A handler failed with something that is no RpcError, a listener threw, or listening failed. The caller is told nothing of it. */
  error: [error: unknown, where: ServerErrorEvent];
  /** close() has begun: what is under way may end, nothing new begins. */
  drain: [];
  /** The server is closed: no connection is left. */
  close: [];
}
