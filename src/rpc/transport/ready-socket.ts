// Starts a socket and waits until it is ready, fails, takes too long or is no longer wanted.

import type { Socket } from "node:net";
import { StatusCode } from "../../wire/status-code.js";
import { RpcError } from "../rpc-error.js";
import { fromSocketError } from "./socket-error.js";

export interface Patience {
  /** The address, for people. */
  readonly where: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** What a timer can wait; given more, it would not wait at all. */
export const MAX_TIMER_MS = 0x7fff_ffff;

/** Starts a socket and waits for its event, for an error, for the time to pass, or for the signal. */
export function readySocket<S extends Socket>(
  { where, timeoutMs, signal }: Patience,
  start: () => S,
  ready: "connect" | "secureConnect",
): Promise<S> {
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
    const timer = setTimeout(() => fail(timedOut(where, timeoutMs)), Math.min(timeoutMs, MAX_TIMER_MS));
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
