// Opens a connection: TCP, then TLS, then the checks that must hold before the first byte of ours.

import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { StatusCode } from "../wire/status-code.js";
import { Connection } from "./connection.js";
import { type Limits, withDefaults } from "./limits.js";
import { RpcError } from "./rpc-error.js";
import { fromSocketError } from "./socket-error.js";
import { type ClientTls, clientTlsOptions, serverRefusal } from "./tls-settings.js";

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

export interface Dial {
  readonly host: string;
  readonly port: number;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Starts a socket and waits for its event, for an error, for the time to pass, or for the signal. */
export function dialSocket<S extends Socket>(
  { host, port, timeoutMs, signal }: Dial,
  start: () => S,
  ready: "connect" | "secureConnect",
): Promise<S> {
  const where = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(cancelled(where, signal.reason));
      return;
    }
    let socket: S;
    try {
      socket = start();
    } catch (error) {
      reject(error instanceof RpcError ? error : fromSocketError(error, where, "not_sent"));
      return;
    }
    const fail = (error: RpcError): void => {
      stop();
      socket.destroy();
      reject(error);
    };
    const onError = (error: Error): void => fail(fromSocketError(error, where, "not_sent"));
    const onClose = (): void => fail(fromSocketError(undefined, where, "not_sent"));
    const onAbort = (): void => fail(cancelled(where, signal?.reason));
    const onReady = (): void => {
      stop();
      resolve(socket);
    };
    const timer = setTimeout(() => fail(timedOut(where, timeoutMs)), timeoutMs);
    const stop = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      socket.off("error", onError).off("close", onClose).off(ready, onReady);
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    socket.on("error", () => {}); // For good: between two owners an error must not end the process.
    socket.on("error", onError).on("close", onClose).on(ready, onReady);
  });
}

function timedOut(where: string, timeoutMs: number): RpcError {
  const message = `${where}: no connection within ${timeoutMs} ms`;
  return new RpcError(StatusCode.UNAVAILABLE, message, { reason: "connect_timeout", delivery: "not_sent" });
}

function cancelled(where: string, cause: unknown): RpcError {
  const message = `${where}: connecting was cancelled`;
  return new RpcError(StatusCode.CANCELLED, message, { reason: "cancelled", delivery: "not_sent", cause });
}
