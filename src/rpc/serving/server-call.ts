// One call on the server: its deadline, its abort signal, and that it ends exactly once.

import type { MetadataEntry } from "../../gen/earshot/call/v1/call.js";
import type { RequestFrame } from "../../wire/frame.js";
import type { CallContext, Peer } from "../call-context.js";
import type { Due } from "../channel/deadline-queue.js";
import { isMessageSource } from "../channel/message-pump.js";
import { Metadata } from "../metadata.js";
import type { RpcError } from "../rpc-error.js";
import type { CallStreams } from "./call-streams.js";
import type { Route } from "./routes.js";

const NO_ENTRIES: readonly MetadataEntry[] = [];

/** The connection as its calls see it. */
export interface CallHost {
  readonly id: number;
  readonly peer: Peer;
  /** Takes the handler's answer. A call that was ended before is not passed on. */
  onAnswer(call: ServerCall, response: object): void;
  /** The stream of responses has been sent. A call that was ended before is not passed on. */
  onStreamed(call: ServerCall): void;
  onFailure(call: ServerCall, error: unknown): void;
  onExpired(call: ServerCall): void;
  /** The handler of the call has returned, whether or not the call had ended before. */
  onReturned(): void;
}

export class ServerCall implements CallContext, Due {
  dueAt = Number.POSITIVE_INFINITY;
  slot = -1;
  readonly streamId: number;
  readonly route: Route;
  readonly requestBytes: number;
  readonly startedAtMs = performance.now();
  /** Infinity: none. */
  readonly timeoutMs: number;
  /** Undefined for unary calls, which most are. */
  streams: CallStreams | undefined;
  readonly #host: CallHost;
  readonly #entries: readonly MetadataEntry[];
  #ended = false;
  #abortReason: RpcError | undefined;
  // Most handlers look at none of these: they are made when first asked for.
  #abort: AbortController | undefined;
  #metadata: Metadata | undefined;
  #responseMetadata: Metadata | undefined;

  constructor(host: CallHost, route: Route, frame: RequestFrame, timeoutMs: number) {
    this.#host = host;
    this.route = route;
    this.streamId = frame.streamId;
    this.requestBytes = frame.payload.length;
    this.timeoutMs = timeoutMs;
    this.#entries = frame.metadata;
  }

  get method(): string {
    return this.route.path;
  }

  get deadline(): number | undefined {
    const leftMs = this.startedAtMs + this.timeoutMs - performance.now();
    return this.timeoutMs === Number.POSITIVE_INFINITY ? undefined : Date.now() + leftMs;
  }

  get metadata(): Metadata {
    this.#metadata ??= new Metadata(this.#entries);
    return this.#metadata;
  }

  get peer(): Peer {
    return this.#host.peer;
  }

  get connection(): { readonly id: number } {
    return { id: this.#host.id };
  }

  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      if (this.#abortReason !== undefined) {
        this.#abort.abort(this.#abortReason);
      }
    }
    return this.#abort.signal;
  }

  get responseMetadata(): Metadata {
    this.#responseMetadata ??= new Metadata();
    return this.#responseMetadata;
  }

  /** The entries that the handler set. */
  get responseEntries(): readonly MetadataEntry[] {
    return this.#responseMetadata === undefined ? NO_ENTRIES : this.#responseMetadata.entries;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Runs the handler. Whatever it does, the host hears of exactly one outcome at most, and of its return. */
  run(request: object): void {
    let outcome: unknown;
    try {
      outcome = this.route.invoke(request, this);
    } catch (error) {
      this.#failed(error);
      return;
    }
    if (isThenable(outcome)) {
      outcome.then(
        (response) => this.#answered(response),
        (error) => this.#failed(error),
      );
    } else {
      this.#answered(outcome);
    }
  }

  /** Marks the call as ended. False when it had been already. */
  end(): boolean {
    if (this.#ended) {
      return false;
    }
    this.#ended = true;
    return true;
  }

  /**
   * Tells the handler that nobody waits for its answer: by the signal, whose listeners are the handler's own code, by the
   * requests that it reads, and by the return() of the responses that it gives.
   */
  abort(reason: RpcError): void {
    this.#abortReason = reason;
    this.#abort?.abort(reason);
    this.streams?.stop(reason);
  }

  onDue(): void {
    this.#host.onExpired(this);
  }

  #answered(response: unknown): void {
    if (this.streams !== undefined && this.route.method.responseStream) {
      this.#stream(this.streams, response);
      return;
    }
    this.#host.onReturned();
    if (this.#ended) {
      return;
    }
    if (typeof response === "object" && response !== null) {
      this.#host.onAnswer(this, response);
    } else {
      this.#host.onFailure(
        this,
        new TypeError(`the handler of ${this.method} returned ${typeof response}, no message`),
      );
    }
  }

  /** The handler counts as running until what it gave is read to its end, or has let go. */
  #stream(streams: CallStreams, source: unknown): void {
    if (isMessageSource(source)) {
      streams.send(source, this.#ended).then(
        () => this.#streamed(),
        (error) => this.#failed(error),
      );
    } else {
      this.#failed(new TypeError(`the handler of ${this.method} returned ${typeof source}, no stream`));
    }
  }

  #streamed(): void {
    this.#host.onReturned();
    if (!this.#ended) {
      this.#host.onStreamed(this);
    }
  }

  #failed(error: unknown): void {
    this.#host.onReturned();
    if (!this.#ended) {
      this.#host.onFailure(this, error);
    }
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
