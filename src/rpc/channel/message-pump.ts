// Reads an iterable of messages and sends them, as fast as the peer's credit and the socket allow and no faster.

import { encodeMessage, type MessageCodec } from "../message-codec.js";
import { addCredit, creditCost } from "./credit.js";

/** The call that the messages are sent for. */
export interface PumpHost {
  /** Whether the socket has enough for now; {@link MessagePump.wake} says when it has not. */
  readonly blocked: boolean;
  sendData(payload: Uint8Array): void;
  /** @throws RpcError `too_large` for a message that no frame to this peer can hold. */
  checkSize(payloadBytes: number): void;
}

export type MessageSource = AsyncIterable<object> | Iterable<object>;

/** After this much at a stretch all others get their turn: credit may be wide, and a source ready with the next message always. */
const TURN_BYTES = 1024 * 1024;
/** Making a message takes time, however short it is: this is worth as many bytes. */
const MESSAGE_COST_BYTES = 1024;

/** Whether it can be read as a stream of messages. */
export function isMessageSource(value: unknown): value is MessageSource {
  return typeof value === "object" && value !== null && (Symbol.asyncIterator in value || Symbol.iterator in value);
}

type SourceIterator = AsyncIterator<object> | Iterator<object>;

/** One direction of one call. It asks its source for a message only after it has sent the one before. */
export class MessagePump {
  readonly #source: MessageSource;
  readonly #type: MessageCodec;
  readonly #host: PumpHost;
  #creditBytes: number;
  #iterator: SourceIterator | undefined;
  #turnBytes = TURN_BYTES;
  #asking = false;
  #stopped = false;
  #returned: Promise<unknown> | undefined;
  #onRoom: (() => void) | undefined;
  /** Messages sent so far. */
  sent = 0;

  /** `creditBytes` is what the peer takes before it says more. */
  constructor(source: MessageSource, type: MessageCodec, creditBytes: number, host: PumpHost) {
    this.#source = source;
    this.#type = type;
    this.#creditBytes = creditBytes;
    this.#host = host;
  }

  /** Whether anything was asked of the source. */
  get pulled(): boolean {
    return this.#iterator !== undefined;
  }

  /**
   * Sends all there is. Resolves at the end of the source, or when stopped and the source has let go; nothing is sent for
   * the end itself. Rejects with what the source threw, or with what encoding or {@link PumpHost.checkSize} threw.
   */
  async run(): Promise<void> {
    const iterator = iteratorOf(this.#source);
    this.#iterator = iterator;
    while (!this.#stopped) {
      this.#asking = true;
      const pulled = iterator.next(); // A source that fails is finished; one whose message cannot be sent must be told.
      this.#asking = false;
      const result = "then" in pulled ? await pulled : pulled;
      if (result.done) {
        return;
      }
      const later = this.#stopped ? undefined : this.#send(result.value);
      if (later !== undefined) {
        await later;
      }
    }
    this.#letGo();
    await this.#returned;
  }

  addCredit(bytes: number): void {
    this.#creditBytes = addCredit(this.#creditBytes, bytes);
    this.wake();
  }

  /** The socket has room again. */
  wake(): void {
    if (this.#hasRoom) {
      const onRoom = this.#onRoom;
      this.#onRoom = undefined;
      onRoom?.();
    }
  }

  /** The call is over: nothing more is sent, and the source is told so. */
  stop(): void {
    if (!this.#stopped) {
      this.#stopped = true;
      if (this.#iterator !== undefined && !this.#asking) {
        this.#letGo(); // A generator cannot return while it runs: one that stops its own call is let go after that.
      }
      this.#onRoom?.();
      this.#onRoom = undefined;
    }
  }

  get #hasRoom(): boolean {
    return this.#creditBytes > 0 && !this.#host.blocked;
  }

  /** Undefined when it was sent at once, which spares a fast source a turn of the microtask queue. */
  #send(message: object): Promise<void> | undefined {
    const payload = this.#encoded(message);
    if (!this.#hasRoom || this.#turnBytes <= 0) {
      return this.#sendLater(payload);
    }
    this.#sendNow(payload);
    return undefined;
  }

  #encoded(message: object): Uint8Array {
    try {
      const payload = encodeMessage(this.#type, message);
      this.#host.checkSize(payload.length);
      return payload;
    } catch (error) {
      this.#letGo();
      throw error;
    }
  }

  async #sendLater(payload: Uint8Array): Promise<void> {
    if (this.#turnBytes <= 0) {
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    while (!this.#hasRoom && !this.#stopped) {
      await new Promise<void>((resolve) => {
        this.#onRoom = resolve;
      });
    }
    this.#turnBytes = TURN_BYTES;
    if (!this.#stopped) {
      this.#sendNow(payload);
    }
  }

  #sendNow(payload: Uint8Array): void {
    const cost = creditCost(payload);
    this.#creditBytes -= cost;
    this.#turnBytes -= cost + MESSAGE_COST_BYTES;
    this.sent += 1;
    this.#host.sendData(payload);
  }

  /** What the source says to being let go is of no interest: the call has its end already. */
  #letGo(): void {
    if (this.#returned === undefined) {
      this.#returned = returnOf(this.#iterator).catch(() => {});
    }
  }
}

async function returnOf(iterator: SourceIterator | undefined): Promise<void> {
  await iterator?.return?.();
}

function iteratorOf(source: MessageSource): SourceIterator {
  return Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
}
