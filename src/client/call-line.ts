// The line to one server: calls with a time limit and a session, every failure as a ClientError, a new connection on request.

import type { ServiceClient, ServiceDefinition } from "../rpc/index.js";
import { type ClientTls, type Connection, connect, type PaddingPolicy, type Peer, RpcError } from "../rpc/index.js";
import { type CallSubject, translateError } from "./error-translation.js";
import { serverAddress } from "./server-address.js";

export interface AccountClientOptions {
  /** Name or address, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  /** How the server is trusted; without it the authorities that Node ships decide. */
  readonly tls?: ClientTls | undefined;
  /** No TLS at all: everyone on the way reads the password. For demonstrations. */
  readonly plaintext?: true | undefined;
  /** How much longer frames are made, so that their lengths say nothing. Default "buckets"; "off" without TLS. */
  readonly padding?: PaddingPolicy | undefined;
  /** For the connection, and again for each call. Default 10 seconds. */
  readonly timeoutMs?: number | undefined;
  /** Aborting it ends whatever is under way with ClientError "interrupted". */
  readonly signal?: AbortSignal | undefined;
}

/** Whom a call is about, and what it carries. */
export interface Who {
  readonly username?: string;
  readonly token?: string;
  readonly withCode?: true;
  /** It is part of OPAQUE: nothing may be sent in its place. */
  readonly withOpaque?: true;
}

export interface Call {
  readonly timeoutMs: number | undefined;
  readonly signal: AbortSignal | undefined;
  readonly metadata: { readonly authorization: string } | undefined;
}

const DEFAULT_TIMEOUT_MS = 10_000;

export class CallLine {
  /** `host:port`, for messages. */
  readonly server: string;
  readonly #options: AccountClientOptions;
  #connection: Connection;

  /** Throws ClientError. */
  static async open(options: AccountClientOptions): Promise<CallLine> {
    const server = serverAddress(options.host, options.port).text;
    try {
      return new CallLine(options, server, await dial(options));
    } catch (error) {
      throw translateError(error, { server });
    }
  }

  private constructor(options: AccountClientOptions, server: string, connection: Connection) {
    this.#options = options;
    this.server = server;
    this.#connection = connection;
  }

  /** Whether there is a connection now; the next call makes one. */
  get connected(): boolean {
    return this.#connection.connected;
  }

  /** The server's end of the connection; another object once there is another connection. */
  get peer(): Peer {
    return this.#connection.peer;
  }

  async call<const D extends ServiceDefinition, T>(definition: D, who: Who, run: Run<D, Promise<T>>): Promise<T> {
    try {
      return await this.#run(definition, who, run);
    } catch (error) {
      throw translateError(error, this.#subject(who));
    }
  }

  /** The same for what is safe to repeat: once more, over a new connection, when nobody knows whether it was done. */
  async callTwice<const D extends ServiceDefinition, T>(definition: D, who: Who, run: Run<D, Promise<T>>): Promise<T> {
    return this.call(definition, who, async (service, call) => {
      try {
        return await run(service, call);
      } catch (error) {
        if (!isWorthRepeating(error)) throw error;
        await this.#connection.close({ graceMs: 0 });
        this.#connection = await dial(this.#options);
        return this.#run(definition, who, run);
      }
    });
  }

  /** Streams last as long as they last; that the server still lives is what pings are for. */
  async *stream<const D extends ServiceDefinition, T>(
    definition: D,
    who: Who,
    run: Run<D, AsyncIterable<T>>,
  ): AsyncGenerator<T> {
    try {
      yield* run(this.#connection.client(definition), { timeoutMs: undefined, ...this.#carried(who) });
    } catch (error) {
      throw translateError(error, this.#subject(who));
    }
  }

  /** Resolves when the connection is gone; nothing can be called any more. */
  close(): Promise<void> {
    return this.#connection.close();
  }

  #run<const D extends ServiceDefinition, T>(definition: D, who: Who, run: Run<D, T>): T {
    const { timeoutMs = DEFAULT_TIMEOUT_MS } = this.#options;
    return run(this.#connection.client(definition), { timeoutMs, ...this.#carried(who) });
  }

  #carried({ token }: Who): Omit<Call, "timeoutMs"> {
    const metadata = token === undefined ? undefined : { authorization: `Bearer ${token}` };
    return { signal: this.#options.signal, metadata };
  }

  #subject({ username, token, withCode, withOpaque }: Who): CallSubject {
    return { server: this.server, username, withSession: token !== undefined, withCode, withOpaque };
  }
}

type Run<D extends ServiceDefinition, T> = (service: ServiceClient<D>, call: Call) => T;

function dial({ timeoutMs = DEFAULT_TIMEOUT_MS, tls, plaintext, ...options }: AccountClientOptions) {
  const { host, port, padding, signal } = options;
  const security = plaintext === true ? { plaintext } : { tls: tls ?? {} };
  return connect({ host, port, connectTimeoutMs: timeoutMs, signal, padding, ...security });
}

/** After a deadline the caller's time is up; after a cancel nobody waits for the answer. */
function isWorthRepeating(error: unknown): boolean {
  const isOpen = error instanceof RpcError && error.delivery === "unknown";
  return isOpen && error.reason !== "deadline" && error.reason !== "cancelled";
}
