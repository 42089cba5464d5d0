// The server: listens, keeps its connections, finds handlers, tells what happens as typed events, and closes in time.

import { EventEmitter } from "node:events";
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { PaddingPolicy } from "../../wire/padding.js";
import type { ServiceDefinition } from "../../wire/service-definition.js";
import { StatusCode } from "../../wire/status-code.js";
import { DeadlineQueue } from "../channel/deadline-queue.js";
import type { ServerInterceptor } from "../interceptor.js";
import { type Limits, withDefaults } from "../limits.js";
import { paddingOf } from "../padding-option.js";
import { RpcError } from "../rpc-error.js";
import type { ServiceHandlers } from "../service-types.js";
import { tellListeners } from "../tell-listeners.js";
import { Doorway } from "../transport/doorway.js";
import type { ListenAddress, UnixListenAddress } from "../transport/listen-address.js";
import type { TcpAddress } from "../transport/socket-address.js";
import type { SocketPeer } from "../transport/socket-peer.js";
import type { ServerTls } from "../transport/tls-settings.js";
import { type Route, routesOf } from "./routes.js";
import { type ConnectionObserver, ServerConnection } from "./server-connection.js";
import type { ConnectionEvent, ServerEvents } from "./server-events.js";

export interface RpcServerOptions {
  readonly tls?: ServerTls | undefined;
  /** No TLS at all: everyone on the way reads and changes everything. For the lab. */
  readonly plaintext?: true | undefined;
  readonly limits?: Partial<Limits> | undefined;
  /**
   * How much longer frames are made, so that their lengths say nothing. Default "buckets"; "off" without TLS, where there is
   * nothing to hide.
   */
  readonly padding?: PaddingPolicy | undefined;
  /** Run around every call that reaches a handler; the first is the outermost. Without any, calls pay nothing for them. */
  readonly interceptors?: readonly ServerInterceptor[] | undefined;
}

const DEFAULT_GRACE_MS = 5_000;
/** What a timer can wait. */
const MAX_GRACE_MS = 0x7fff_0000;
/** After the grace, what a connection may take to say goodbye, before it is destroyed. */
const LAST_WORDS_MS = 1_500;

/**
 * Serves typed calls. Its listeners cannot break it: one that throws is told to `error`, and an `error` that nobody
 * listens to is dropped.
 */
export class RpcServer extends EventEmitter<ServerEvents> {
  readonly #limits: Limits;
  readonly #padding: PaddingPolicy;
  readonly #interceptors: readonly ServerInterceptor[];
  readonly #doorway: Doorway;
  readonly #routes = new Map<string, Route>();
  readonly #connections = new Map<ServerConnection, ConnectionEvent>();
  readonly #deadlines = new DeadlineQueue();
  readonly #observer: ConnectionObserver;
  #nextConnectionId = 1;
  #closing: Promise<void> | undefined;
  #onLastGone: (() => void) | undefined;

  /** @throws RpcError INVALID_ARGUMENT `bad_options` without usable TLS settings, unless `plaintext` is asked for. */
  constructor(options: RpcServerOptions) {
    super();
    this.#limits = withDefaults(options.limits);
    this.#padding = paddingOf(options);
    this.#interceptors = [...(options.interceptors ?? [])];
    this.#observer = this.#connectionObserver();
    this.#doorway = new Doorway(tlsOf(options), this.#limits, {
      onArrived: (socket, peer) => this.#onArrived(socket, peer),
      onRefused: (address, reason) => this.#tell("refused", { address, reason }),
    });
  }

  /**
   * Serves all methods of a service. May be called at any time; a path that is served already is replaced.
   * @throws RpcError `bad_options` for a handler that is no function.
   */
  serve<const D extends ServiceDefinition>(definition: D, handlers: ServiceHandlers<D>): this {
    for (const route of routesOf(definition, handlers, this.#interceptors)) {
      this.#routes.set(route.path, route);
    }
    return this;
  }

  /** Full names of the services that are served now, in the order in which they were first. */
  get services(): string[] {
    return [...new Set([...this.#routes.keys()].map((path) => path.slice(0, path.lastIndexOf("/"))))];
  }

  /**
   * Listens; may be called for several addresses. Port 0 takes any free one; the file of a Unix socket is made, replaced if
   * nobody listens on it, and removed at the end. Resolves with the address it got.
   * @throws RpcError `address_in_use` and such.
   */
  listen(address: TcpAddress): Promise<TcpAddress>;
  listen(address: UnixListenAddress): Promise<UnixListenAddress>;
  listen(address: ListenAddress): Promise<ListenAddress>;
  listen(address: ListenAddress): Promise<ListenAddress> {
    if (this.#closing !== undefined) {
      const message = "the server is closed; make a new one";
      return Promise.reject(new RpcError(StatusCode.FAILED_PRECONDITION, message, { reason: "connection_closed" }));
    }
    return this.#doorway.listen(address, (error) => this.#tell("error", error, {}));
  }

  /**
   * Takes new certificates and rules for all handshakes that begin from now on; connections that stand are left alone, and
   * sessions still resume.
   * @throws RpcError `bad_options` when they cannot be used: the ones before stay.
   */
  reloadTls(settings: ServerTls): void {
    if (!this.#doorway.encrypts) {
      const message = "the server was made without TLS";
      throw new RpcError(StatusCode.INVALID_ARGUMENT, message, { reason: "bad_options", delivery: "not_sent" });
    }
    this.#doorway.reload(settings);
  }

  /**
   * Stops listening, asks every client to open no more calls, lets those that were opened end within `graceMs`, cancels the
   * rest, and closes. Resolves when no connection is left, which it always does; calling it again gives the same promise.
   */
  close({ graceMs = DEFAULT_GRACE_MS }: { readonly graceMs?: number } = {}): Promise<void> {
    this.#closing ??= this.#close(graceMs);
    return this.#closing;
  }

  async #close(wantedMs: number): Promise<void> {
    const graceMs = wantedMs > 0 ? Math.min(Math.ceil(wantedMs), MAX_GRACE_MS) : 0; // What is no number is none.
    this.#doorway.close();
    this.#tell("drain");
    const gone = new Promise<void>((resolve) => {
      this.#onLastGone = resolve;
    });
    const each = (act: (connection: ServerConnection) => void): void => [...this.#connections.keys()].forEach(act);
    const cancel = setTimeout(() => each((connection) => connection.cancelAll()), graceMs);
    const destroy = setTimeout(() => each((connection) => connection.destroy()), graceMs + LAST_WORDS_MS);
    each((connection) => connection.drain(graceMs));
    if (this.#connections.size > 0) {
      await gone;
    }
    clearTimeout(cancel);
    clearTimeout(destroy);
    this.#deadlines.clear();
    this.#tell("close");
  }

  #onArrived(socket: Socket, peer: SocketPeer): void {
    if (this.#closing !== undefined) {
      socket.destroy();
      return;
    }
    const event = describe(this.#nextConnectionId, socket, peer);
    this.#nextConnectionId += 1;
    const connection = new ServerConnection(event.id, socket, peer, {
      observer: this.#observer,
      limits: this.#limits,
      padding: this.#padding,
      deadlines: this.#deadlines,
    });
    this.#connections.set(connection, event);
    this.#tell("connection", event);
  }

  #connectionObserver(): ConnectionObserver {
    const hears = (event: keyof ServerEvents): boolean => this.listenerCount(event) > 0;
    return {
      route: (path) => this.#routes.get(path),
      get hearsCallEnds() {
        return hears("callEnd");
      },
      onCall: (connectionId, { method, peer }) => {
        if (hears("call")) {
          this.#tell("call", { connectionId, method, peer });
        }
      },
      onCallEnd: (event) => this.#tell("callEnd", event),
      onError: (error, where) => this.#tell("error", error, where),
      onEnd: (connection, reason) => {
        const event = this.#connections.get(connection);
        if (event !== undefined) {
          this.#tell("connectionEnd", event, reason);
        }
      },
      onClosed: (connection) => {
        this.#connections.delete(connection);
        if (this.#connections.size === 0) {
          this.#onLastGone?.();
        }
      },
    };
  }

  #tell<K extends keyof ServerEvents>(event: K, ...values: ServerEvents[K]): void {
    if (this.listenerCount(event) > 0) {
      tellListeners(this, this.rawListeners(event), values, (error) => this.#onListenerError(error, event));
    }
  }

  #onListenerError(error: unknown, event: keyof ServerEvents): void {
    if (event !== "error") {
      this.#tell("error", error, { listenerOf: event });
    }
  }
}

function tlsOf({ tls, plaintext }: RpcServerOptions): ServerTls | undefined {
  if ((tls === undefined) === (plaintext === undefined)) {
    const message = "give either tls: { cert, key } or plaintext: true";
    throw new RpcError(StatusCode.INVALID_ARGUMENT, message, { reason: "bad_options", delivery: "not_sent" });
  }
  return tls;
}

function describe(id: number, socket: Socket, { address, port, encrypted, resumed }: SocketPeer): ConnectionEvent {
  const secure = socket instanceof TLSSocket ? socket : undefined;
  return {
    id,
    address,
    port,
    encrypted,
    resumed,
    protocol: secure?.getProtocol() ?? undefined,
    cipher: secure?.getCipher().standardName,
  };
}
