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

type SourceIterator = AsyncIterator<object> | Iterator<object>;

/** One direction of one call. It asks its source for a message only after it has sent the one before. */
export class MessagePump {
  readonly #source: MessageSource;
  readonly #type: MessageCodec;
  readonly #host: PumpHost;
  #creditBytes: number;
  #iterator: SourceIterator | undefined;
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
    try {
      while (!this.#stopped) {
        const pulled = iterator.next();
        const result = "then" in pulled ? await pulled : pulled;
        if (result.done) {
          return;
        }
        if (!this.#stopped) {
          await this.#send(result.value);
        }
      }
    } catch (error) {
      // A source that failed by itself is finished; one whose message could not be sent must be told.
      this.#letGo();
      throw error;
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
      if (this.#iterator !== undefined) {
        this.#letGo();
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
    const payload = encodeMessage(this.#type, message);
    this.#host.checkSize(payload.length);
    if (!this.#hasRoom) {
      return this.#sendLater(payload);
    }
    this.#sendNow(payload);
    return undefined;
  }

  async #sendLater(payload: Uint8Array): Promise<void> {
    while (!this.#hasRoom && !this.#stopped) {
      await new Promise<void>((resolve) => {
        this.#onRoom = resolve;
      });
    }
    if (!this.#stopped) {
      this.#sendNow(payload);
    }
  }

  #sendNow(payload: Uint8Array): void {
    this.#creditBytes -= creditCost(payload);
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
