// What a handler may know and do about the call it serves.

import type { Metadata } from "./metadata.js";

/** What a certificate says of its owner, once it has been verified. */
export interface PeerCertificate {
  /** "CN=alice", several parts joined by ", ". */
  readonly subject: string;
  readonly issuer: string;
  /** Names and addresses that the certificate is for. */
  readonly names: readonly string[];
  /** Upper-case hex with colons. */
  readonly fingerprint256: string;
  /** Base64 SHA-256 of its public key; unlike the fingerprint it survives renewal with the same key. */
  readonly pin: string;
  readonly validTo: Date;
}

/** The other end of a connection. */
export interface Peer {
  /** Its IP address, or "unix" for a Unix socket. */
  readonly address: string;
  /** 0 for a Unix socket. */
  readonly port: number;
  /** Whether TLS carries the connection; false only in the lab's plaintext mode. */
  readonly encrypted: boolean;
  /** Whether the handshake resumed an earlier session. */
  readonly resumed?: boolean | undefined;
  /** Undefined without one: plaintext, and on a server every client that gave none. */
  readonly certificate?: PeerCertificate | undefined;
  /**
   * 32 bytes that both ends of this TLS connection know, and nobody between two connections can make equal: `tls-exporter`
   * of RFC 9266. Undefined without TLS, and once the connection is gone if it was never asked for. Undefined under TLS 1.2:
   * without the extended master secret, which Node does not tell of, two connections can be made equal (RFC 7627).
   */
  readonly channelBinding?: Uint8Array | undefined;
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
