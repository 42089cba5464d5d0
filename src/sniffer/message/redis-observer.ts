// Watches the commands of redis (RESP, "Redis serialization protocol specification") for the passwords in them: AUTH,
// HELLO with AUTH, and what CONFIG SET sets.
import type { SnifferEvent } from "../event.js";
import type { Conversation, StreamEvent } from "../stream/stream-event.js";
import { type Credential, maskedCredential, shownCredential } from "./credential.js";
import { type BytesEvent, EventQueue, type MessageObserver } from "./message-observer.js";
import { emptyMessageTally, type MessageTally } from "./message-tally.js";
import { SpreadBytes } from "./spread-bytes.js";

const MAX_LINE_BYTES = 32;
const MAX_KEPT_ARGUMENTS = 8;
const MAX_KEPT_BYTES = 512;

interface Argument {
  readonly kept: SpreadBytes;
  readonly text: string;
}

export class RedisObserver implements MessageObserver {
  readonly #queue: EventQueue;
  #plaintext = 0;
  #lost = false;
  #line = "";
  /** Arguments of the command that are yet to come. */
  #wanted = 0;
  /** Of the argument at hand, with its line end; undefined where a line is next. */
  #left: number | undefined;
  #kept = new SpreadBytes();
  #arguments: Argument[] = [];

  constructor(conversation: Conversation) {
    this.#queue = new EventQueue(conversation);
  }

  push(event: StreamEvent): void {
    if (event.kind === "gap") {
      if (event.side === "client") this.#lost = true;
      this.#queue.hole(event, "");
    }
    if (event.kind !== "bytes") return;
    this.#plaintext += event.bytes.length;
    if (event.side === "client") this.#bytes(event);
  }

  next(): SnifferEvent | undefined {
    return this.#queue.next();
  }

  finish(): void {}

  get tally(): MessageTally {
    return { ...emptyMessageTally(), plaintext: this.#plaintext };
  }

  #bytes(event: BytesEvent): void {
    for (let at = 0; at < event.bytes.length && !this.#lost; ) {
      at = this.#left === undefined ? this.#readLine(event, at) : this.#readArgument(event, at, this.#left);
    }
  }

  #readLine(event: BytesEvent, at: number): number {
    this.#line += String.fromCharCode(event.bytes[at] ?? 0);
    if (this.#line.length > MAX_LINE_BYTES) this.#lost = true;
    if (!this.#line.endsWith("\n")) return at + 1;
    const count = /^([*$])(\d{1,9})\r\n$/.exec(this.#line);
    this.#line = "";
    const isArray = count?.[1] === "*";
    if (count === null || isArray !== (this.#wanted === 0)) this.#lost = true;
    else if (isArray) this.#wanted = Number(count[2]);
    else this.#left = Number(count[2]) + 2;
    return at + 1;
  }

  #readArgument(event: BytesEvent, at: number, left: number): number {
    const part = event.bytes.subarray(at, at + left);
    if (this.#arguments.length < MAX_KEPT_ARGUMENTS) {
      // Without the line end.
      const wanted = Math.min(MAX_KEPT_BYTES - this.#kept.length, Math.max(0, left - 2));
      this.#kept.push(part.subarray(0, wanted), event.offset + at);
    }
    this.#left = left - part.length;
    if (this.#left === 0) this.#argumentDone(event.frame);
    return at + part.length;
  }

  #argumentDone(frame: number): void {
    this.#left = undefined;
    this.#wanted -= 1;
    if (this.#arguments.length < MAX_KEPT_ARGUMENTS) {
      this.#arguments.push({ kept: this.#kept, text: Buffer.from(this.#kept.bytes).toString("utf8") });
    }
    this.#kept = new SpreadBytes();
    if (this.#wanted > 0) return;
    this.#command(frame);
    this.#arguments = [];
  }

  #command(frame: number): void {
    const [name, first, second, third, fourth] = this.#arguments;
    switch (name?.text.toUpperCase()) {
      case "AUTH":
        this.#login(frame, "AUTH", second === undefined ? undefined : first, second ?? first);
        break;
      case "HELLO":
        if (second?.text.toUpperCase() === "AUTH") this.#login(frame, "HELLO", third, fourth);
        break;
      case "CONFIG":
        if (/^set$/i.test(first?.text ?? "") && /^(?:requirepass|masterauth)$/i.test(second?.text ?? "")) {
          this.#login(frame, "CONFIG SET", undefined, third);
        }
    }
  }

  #login(frame: number, command: string, name: Argument | undefined, password: Argument | undefined): void {
    const field = `redis ${command}`;
    const whole = (argument: Argument) => ({ field, at: 0, length: argument.kept.length });
    if (name !== undefined) this.#reveal(frame, name, shownCredential("username", name.text, whole(name)));
    if (password === undefined || password.kept.length === 0) return;
    this.#reveal(frame, password, maskedCredential("password", password.kept.length, whole(password)));
  }

  #reveal(frame: number, { kept }: Argument, { what, value, field, at, length }: Credential): void {
    this.#queue.reveal("client", { what, value, field }, { frame, ...kept.place(at, length) });
  }
}
