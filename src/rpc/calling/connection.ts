// A client's connection to a server, as programs use it.

import { EventEmitter } from "node:events";
import type { PaddingPolicy } from "../../wire/padding.js";
import type { ServiceDefinition } from "../../wire/service-definition.js";
import type { Peer } from "../call-context.js";
import type { ClientInterceptor } from "../interceptor.js";
import type { Limits } from "../limits.js";
import type { RpcError } from "../rpc-error.js";
import type { ServiceClient } from "../service-types.js";
import { tellListeners } from "../tell-listeners.js";
import type { Dialled } from "../transport/dial.js";
import { CallDispatcher, type Reconnecting } from "./call-dispatcher.js";
import { clientMethods } from "./client-methods.js";

export interface ConnectionEvents {
  /** The connection is gone or going. Calls made from now on wait for a new one, which the first of them brings about. */
  disconnect: [reason: RpcError];
  /** There is a connection again. */
  reconnect: [peer: Peer];
  /** No call can be made any more. The reason is undefined when this side closed it. */
  close: [reason: RpcError | undefined];
}

export interface ClientOptions {
  /** Around each call of this client, within those of the connection. The first is the outermost. */
  readonly interceptors?: readonly ClientInterceptor[] | undefined;
}

export interface ConnectionSettings {
  readonly limits: Limits;
  readonly padding: PaddingPolicy;
  readonly defaultTimeoutMs: number;
  readonly interceptors: readonly ClientInterceptor[];
  /** Undefined: the first loss is the end. */
  readonly reconnecting: Reconnecting | undefined;
}

const DEFAULT_GRACE_MS = 5_000;

/**
 * The way to one server; any number of clients share it. When the connection is lost, the next call makes a new one.
 * A call that surely did not run is made again by itself; of the others the error says by `delivery` what is known.
 */
export class Connection extends EventEmitter<ConnectionEvents> {
  readonly #dispatcher: CallDispatcher;
  readonly #settings: ConnectionSettings;
  readonly #closed: Promise<void>;
  #peer: Peer;
  #open = true;

  /** Made by `connect`, from a socket whose handshake is done and whose server is trusted. */
  constructor(dialled: Dialled, settings: ConnectionSettings) {
    super();
    this.#peer = dialled.peer;
    this.#settings = settings;
    const { promise, resolve } = deferred();
    this.#closed = promise;
    this.#dispatcher = new CallDispatcher(dialled, settings, settings.reconnecting, {
      onReconnect: (peer) => this.#onReconnect(peer),
      onDisconnect: (reason) => this.#tell("disconnect", reason),
      onEnd: (reason) => this.#onEnd(reason),
      onClosed: resolve,
    });
  }

  /** The server's end of the connection; while there is none, of the last one. */
  get peer(): Peer {
    return this.#peer;
  }

  /** Whether calls can still be made, if need be by connecting again. */
  get open(): boolean {
    return this.#open;
  }

  /** Whether a call made now would go out without connecting first. */
  get connected(): boolean {
    return this.#dispatcher.connected;
  }

  /** The methods of a service, typed by its definition. */
  client<const D extends ServiceDefinition>(definition: D, options: ClientOptions = {}): ServiceClient<D> {
    const { limits, defaultTimeoutMs } = this.#settings;
    const interceptors = [...this.#settings.interceptors, ...(options.interceptors ?? [])];
    return clientMethods(definition, { dispatcher: this.#dispatcher, limits, defaultTimeoutMs, interceptors });
  }

  /**
   * Takes no new calls, lets those in flight end within `graceMs`, fails the rest, and closes. Resolves when the socket
   * is gone; it always does. A second call ends the grace of the first.
   */
  close({ graceMs = DEFAULT_GRACE_MS }: { readonly graceMs?: number } = {}): Promise<void> {
    this.#open = false;
    this.#dispatcher.close(graceMs);
    return this.#closed;
  }

  #onReconnect(peer: Peer): void {
    this.#peer = peer;
    this.#tell("reconnect", peer);
  }

  #onEnd(reason: RpcError | undefined): void {
    this.#open = false;
    this.#tell("close", reason);
  }

  #tell<K extends keyof ConnectionEvents>(event: K, ...values: ConnectionEvents[K]): void {
    tellListeners(this, this.rawListeners(event), values, () => {});
  }
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
