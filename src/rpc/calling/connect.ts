// Opens a connection: a trusted socket, and calls over it.

import type { PaddingPolicy } from "../../wire/padding.js";
import { StatusCode } from "../../wire/status-code.js";
import type { ClientInterceptor } from "../interceptor.js";
import { type Limits, withDefaults } from "../limits.js";
import { paddingOf } from "../padding-option.js";
import { RpcError } from "../rpc-error.js";
import { type Dialled, dial } from "../transport/dial.js";
import type { TcpAddress, UnixAddress } from "../transport/socket-address.js";
import type { ClientTls } from "../transport/tls-settings.js";
import type { Reconnecting } from "./call-dispatcher.js";
import { Connection } from "./connection.js";
import { DEFAULT_RECONNECT, type ReconnectPolicy, Redial } from "./redial.js";

/** `{ host, port }` or `{ path }`, and how to connect there. */
export type ConnectOptions = (TcpAddress | UnixAddress) & ConnectSettings;

export interface ConnectSettings {
  readonly tls?: ClientTls | undefined;
  /** No TLS at all: everyone on the way reads and changes everything. For the lab. */
  readonly plaintext?: true | undefined;
  readonly limits?: Partial<Limits> | undefined;
  /**
   * How much longer frames are made, so that their lengths say nothing. Default "buckets"; "off" without TLS, where there is
   * nothing to hide. The server has a policy of its own.
   */
  readonly padding?: PaddingPolicy | undefined;
  /** For name, TCP and TLS together. Default 10 s. */
  readonly connectTimeoutMs?: number | undefined;
  /** For calls that set none. Default: the limit `maxDeadlineMs`. */
  readonly timeoutMs?: number | undefined;
  /** Around every call. The first is the outermost. */
  readonly interceptors?: readonly ClientInterceptor[] | undefined;
  /** How calls wait for a new connection when this one is lost; false: not at all, the connection is then closed for good. */
  readonly reconnect?: Partial<ReconnectPolicy> | false | undefined;
  /** Aborting it gives up connecting; once connected it means nothing. */
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
  const padding = paddingOf(options);
  const { tls, plaintext, connectTimeoutMs: timeoutMs = DEFAULT_CONNECT_TIMEOUT_MS } = options;
  const dialAgain = (signal: AbortSignal | undefined): Promise<Dialled> =>
    dial({ address: options, tls, plaintext, timeoutMs, signal });
  return new Connection(await dialAgain(options.signal), {
    limits,
    padding,
    defaultTimeoutMs: options.timeoutMs ?? limits.maxDeadlineMs,
    interceptors: options.interceptors ?? [],
    reconnecting: reconnecting(options.reconnect, dialAgain),
  });
}

function reconnecting(
  policy: ConnectSettings["reconnect"],
  dialAgain: (signal: AbortSignal) => Promise<Dialled>,
): Reconnecting | undefined {
  return policy === false ? undefined : { redial: new Redial(policyOf(policy)), dial: dialAgain };
}

/** What is left out, or given as undefined, is the default. @throws RpcError `bad_options` */
function policyOf(policy: Partial<ReconnectPolicy> = {}): ReconnectPolicy {
  const { firstDelayMs, maxDelayMs, maxWaitMs } = DEFAULT_RECONNECT;
  const whole = {
    firstDelayMs: policy.firstDelayMs ?? firstDelayMs,
    maxDelayMs: policy.maxDelayMs ?? maxDelayMs,
    maxWaitMs: policy.maxWaitMs ?? maxWaitMs,
  };
  for (const [name, value] of Object.entries(whole)) {
    if (!(value >= 0)) {
      const message = `reconnect.${name} must be a number of milliseconds from 0 up`;
      throw new RpcError(StatusCode.INVALID_ARGUMENT, message, { reason: "bad_options", delivery: "not_sent" });
    }
  }
  return whole;
}
