// Watches the protocols that speak in lines (SMTP, RFC 5321; FTP, RFC 959; POP3, RFC 1939; IMAP, RFC 9051) for
// credentials in the clear, and for the command behind which TLS begins (RFC 3207, RFC 4217, RFC 2595).
import type { Side, SnifferEvent } from "../event.js";
import type { Conversation, StreamEvent } from "../stream/stream-event.js";
import { redactedText } from "./decode-message.js";
import { LINE_RULES, type LineProtocol, type LineRule } from "./line-rules.js";
import { type BytesEvent, EventQueue, type Handover, type MessageObserver } from "./message-observer.js";
import { emptyMessageTally, type MessageTally } from "./message-tally.js";
import { type TextLine, TextLines } from "./text-lines.js";

export class LineObserver implements MessageObserver {
  readonly #queue: EventQueue;
  readonly #protocol: LineProtocol;
  readonly #rule: LineRule;
  readonly #lines: Record<Side, TextLines> = { client: new TextLines(), server: new TextLines() };
  readonly #ends: Handover = { client: 0, server: 0 };
  #plaintext = 0;
  /** What the client's next line answers: SASL asks for names and passwords one by one (RFC 4616, and LOGIN). */
  #asked: SaslStep | undefined;
  #wantsTls: string | undefined;
  handover: Handover | undefined;

  constructor(conversation: Conversation, protocol: LineProtocol) {
    this.#queue = new EventQueue(conversation);
    this.#protocol = protocol;
    this.#rule = LINE_RULES[protocol];
  }

  push(event: StreamEvent): void {
    if (event.kind === "gap") {
      this.#lines[event.side].clear();
      this.#queue.hole(event, ": the line is lost");
    }
    if (event.kind === "bytes") this.#bytes(event);
  }

  next(): SnifferEvent | undefined {
    return this.#queue.next();
  }

  finish(): void {}

  get tally(): MessageTally {
    return { ...emptyMessageTally(), plaintext: this.#plaintext };
  }

  #bytes(event: BytesEvent): void {
    const end = event.offset + event.bytes.length;
    const lines = this.#lines[event.side];
    let from = event.offset;
    while (from < end && this.handover === undefined) {
      const line = lines.next(event, from);
      from = line === undefined ? end : line.offset + line.length;
      this.#ends[event.side] = from;
      if (line !== undefined) this.#line(event.side, line);
    }
    this.#plaintext += from - event.offset;
  }

  #line(side: Side, line: TextLine): void {
    if (side === "client") this.#command(line);
    else if (this.#wantsTls !== undefined) this.#answer(line);
  }

  #answer(line: TextLine): void {
    const accepted = this.#rule.accepts(line.text, this.#wantsTls ?? "");
    if (accepted === undefined) return;
    this.#wantsTls = undefined;
    if (!accepted) return;
    this.handover = { ...this.#ends };
    const { offset, length, frame } = line;
    this.#queue.find("server", "metadata", `${this.#protocol}: TLS begins behind this answer`, {
      frame,
      offset,
      length,
    });
  }

  #command(line: TextLine): void {
    if (this.#asked !== undefined) {
      this.#saslAnswer(line, this.#asked, line.text.trim(), 0);
      return;
    }
    const tls = this.#rule.wantsTls(line.text);
    if (tls !== undefined) this.#wantsTls = tls;
    for (const found of this.#rule.credentials(line.text)) {
      this.#reveal(line, found.what, found.text, found.at, found.field);
    }
    const sasl = /^(?:\S+ )?AUTH(?:ENTICATE)? (PLAIN|LOGIN)(?: +(\S+))?\s*$/i.exec(line.text);
    if (sasl === null) return;
    const asked = sasl[1]?.toUpperCase() === "PLAIN" ? "plain" : "login name";
    const initial = sasl[2];
    if (initial === undefined) this.#asked = asked;
    else this.#saslAnswer(line, asked, initial, line.text.lastIndexOf(initial));
  }

  #saslAnswer(line: TextLine, asked: SaslStep, base64: string, at: number): void {
    this.#asked = asked === "login name" ? "login password" : undefined;
    // "*" gives up (RFC 4954, 4); what is no base64 is no answer.
    if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) {
      this.#asked = undefined;
      return;
    }
    const text = Buffer.from(base64, "base64").toString("utf8");
    if (asked === "plain") {
      const [, name = "", password = ""] = text.split("\0");
      this.#reveal(line, "username", name, at, "AUTH PLAIN", base64.length);
      this.#reveal(line, "password", password, at, "AUTH PLAIN", base64.length);
    } else {
      this.#reveal(line, asked === "login name" ? "username" : "password", text, at, "AUTH LOGIN", base64.length);
    }
  }

  #reveal(
    line: TextLine,
    what: "username" | "password",
    text: string,
    at: number,
    field: string,
    length = text.length,
  ) {
    if (text === "") return;
    const value = what === "password" ? redactedText(Buffer.byteLength(text)) : text;
    const evidence = { frame: line.frame, offset: line.offset + at, length };
    this.#queue.reveal("client", { what, value, field: `${this.#protocol} ${field}` }, evidence);
  }
}

type SaslStep = "plain" | "login name" | "login password";
