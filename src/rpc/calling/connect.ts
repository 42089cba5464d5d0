// Opens a connection: a trusted socket, and calls over it.

import { type Limits, withDefaults } from "../limits.js";
import { dial } from "../transport/dial.js";
import type { TcpAddress, UnixAddress } from "../transport/socket-address.js";
import type { ClientTls } from "../transport/tls-settings.js";
import { Connection } from "./connection.js";

/** `{ host, port }` or `{ path }`, and how to connect there. */
export type ConnectOptions = (TcpAddress | UnixAddress) & ConnectSettings;

export interface ConnectSettings {
  readonly tls?: ClientTls | undefined;
  /** No TLS at all: everyone on the way reads and changes everything. For the lab. */
  readonly plaintext?: true | undefined;
  readonly limits?: Partial<Limits> | undefined;
  /** For name, TCP and TLS together. Default 10 s. */
  readonly connectTimeoutMs?: number | undefined;
  /** For calls that set none. Default: the limit `maxDeadlineMs`. */
  readonly timeoutMs?: number | undefined;
  /** Aborting it gives up connecting. */
  readonly signal?: AbortSignal | undefined;
}

const DEFAULT_CONNECT_TIMEOUT_MS = 10_000;

/**
 * Connects and verifies the server.
 * @throws RpcError, always `delivery: "not_sent"`, with a `reason` that tells refusal, unknown name, time-out, an
 *   untrusted certificate, a wrong name, a changed identity, a missing ALPN and a peer without TLS apart.
 */
export async function connect(options: ConnectOptions): Promise<Connection> {
  const limits = withDefaults(options.limits);
  const { tls, plaintext, connectTimeoutMs: timeoutMs = DEFAULT_CONNECT_TIMEOUT_MS, signal } = options;
  const { socket, peer } = await dial({ address: options, tls, plaintext, timeoutMs, signal });
  return new Connection(socket, peer, limits, options.timeoutMs ?? limits.maxDeadlineMs);
}
