// Opens a connection: TCP, then TLS, then the checks that must hold before the first byte of ours.

import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { type Limits, withDefaults } from "../limits.js";
import { type Dial, dialSocket } from "../transport/dial.js";
import { type ClientTls, clientTlsOptions, serverRefusal } from "../transport/tls-settings.js";
import { Connection } from "./connection.js";

export interface ConnectOptions {
  readonly host: string;
  readonly port: number;
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
  const { host, port, tls = {}, connectTimeoutMs = DEFAULT_CONNECT_TIMEOUT_MS, signal } = options;
  const dial = { host, port, timeoutMs: connectTimeoutMs, signal };
  const socket = options.plaintext
    ? await dialSocket(dial, () => connectTcp({ host, port }), "connect")
    : await dialTls(dial, tls);
  const peer = {
    address: socket.remoteAddress ?? host,
    port: socket.remotePort ?? port,
    encrypted: options.plaintext !== true,
  };
  return new Connection(socket, peer, limits, options.timeoutMs ?? limits.maxDeadlineMs);
}

async function dialTls(dial: Dial, settings: ClientTls): Promise<Socket> {
  const { host, port } = dial;
  const options = clientTlsOptions(settings, host);
  const start = (): TLSSocket => {
    const socket = connectTls({ ...options, host, port });
    if (settings.onKeylog !== undefined) {
      socket.on("keylog", settings.onKeylog);
    }
    return socket;
  };
  const socket = await dialSocket(dial, start, "secureConnect");
  const refusal = serverRefusal(socket, settings);
  if (refusal !== undefined) {
    socket.destroy();
    throw refusal;
  }
  return socket;
}
