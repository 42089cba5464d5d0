// Watches protocols that speak in lines (SMTP, RFC 5321; FTP, RFC 959; POP3, RFC 1939; IMAP, RFC 9051; RTSP, RFC 2326;
// SIP, RFC 3261) for credentials in the clear, and for the command behind which TLS begins (RFC 3207, RFC 4217, RFC 2595).
import type { Side, SnifferEvent } from "../event.js";
import type { Conversation, StreamEvent } from "../stream/stream-event.js";
import type { Credential } from "./credential.js";
import { imapArgument, LINE_RULES, type LineProtocol, type LineRule } from "./line-rules.js";
import { type BytesEvent, EventQueue, type Handover, type MessageObserver } from "./message-observer.js";
import { emptyMessageTally, type MessageTally } from "./message-tally.js";
import { saslCredentials, saslIsOver } from "./sasl.js";
import { type TextLine, TextLines } from "./text-lines.js";

export class LineObserver implements MessageObserver {
  readonly #queue: EventQueue;
  readonly #protocol: LineProtocol;
  readonly #rule: LineRule;
  readonly #lines: Record<Side, TextLines> = { client: new TextLines(), server: new TextLines() };
  readonly #ends: Handover = { client: 0, server: 0 };
  #plaintext = 0;
  /** What the client's next line answers: SASL asks for names and passwords one by one. */
  #sasl: { mechanism: string; step: number } | undefined;
  /** IMAP's literals: how long the argument is that the client's next line begins with (RFC 9051, 4.3). */
  #literal: { what: "username" | "password"; length: number } | undefined;
  /** The text of a mail, up to a line of one dot (RFC 5321, 4.1.1.4), says no commands. */
  #inMail = false;
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
    // A datagram is whole: its last line does not go on in the next.
    if (event.conversation.protocol === "udp") lines.clear();
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
    else this.#answer(line);
  }

  #answer(line: TextLine): void {
    if (this.#sasl !== undefined && this.#rule.endsSasl.test(line.text)) this.#sasl = undefined;
    if (this.#inMail && /^[45]\d\d /.test(line.text)) this.#inMail = false;
    if (this.#wantsTls === undefined) return;
    const accepted = this.#rule.accepts(line.text, this.#wantsTls);
    if (accepted === undefined) return;
    this.#wantsTls = undefined;
    if (!accepted) return;
    this.handover = { ...this.#ends };
    const { offset, length, frame } = line;
    const evidence = { frame, offset, length };
    this.#queue.find("server", "metadata", `${this.#protocol}: TLS begins behind this answer`, evidence);
  }

  #command(line: TextLine): void {
    if (this.#inMail) {
      this.#inMail = line.text !== ".";
      return;
    }
    if (this.#literal !== undefined) this.#literalArgument(line, this.#literal);
    else if (this.#sasl !== undefined) this.#saslAnswer(line, line.text.trim(), 0);
    else this.#plainCommand(line);
  }

  #plainCommand(line: TextLine): void {
    const tls = this.#rule.wantsTls(line.text);
    if (tls !== undefined) this.#wantsTls = tls;
    this.#reveal(line, this.#rule.credentials(line.text));
    if (this.#protocol === "smtp" && /^DATA\s*$/i.test(line.text)) this.#inMail = true;
    if (this.#protocol === "imap") this.#beginLiteral(line);
    const sasl = /^(?:\S+ )?AUTH(?:ENTICATE)? ([A-Z][A-Z0-9-]{2,31})(?: +(\S+))?\s*$/i.exec(line.text);
    if (sasl === null || tls !== undefined || this.#protocol === "rtsp" || this.#protocol === "sip") return;
    this.#sasl = { mechanism: (sasl[1] ?? "").toUpperCase(), step: 0 };
    const initial = sasl[2];
    if (initial !== undefined) this.#saslAnswer(line, initial, line.text.lastIndexOf(initial));
  }

  #saslAnswer(line: TextLine, base64: string, at: number): void {
    const sasl = this.#sasl;
    // "*" gives up (RFC 4954, 4); what is no base64 is no answer. An empty one is "=", or nothing.
    if (sasl === undefined || !/^(?:[A-Za-z0-9+/]+={0,2}|=?)$/.test(base64)) {
      this.#sasl = undefined;
      return;
    }
    const { mechanism, step } = sasl;
    const place = { field: `${this.#protocol} AUTH ${mechanism}`, at, length: base64.length };
    this.#reveal(line, saslCredentials(mechanism, step, Buffer.from(base64, "base64"), place));
    this.#sasl = saslIsOver(mechanism, step) ? undefined : { mechanism, step: step + 1 };
  }

  #beginLiteral(line: TextLine): void {
    const login = /^\S+ LOGIN (?:("(?:[^"\\]|\\.)*"|[^\s"{]+) )?\{(\d{1,4})\+?\}$/i.exec(line.text);
    if (login === null) return;
    const [, name, length] = login;
    this.#literal = { what: name === undefined ? "username" : "password", length: Number(length) };
    if (name !== undefined) this.#reveal(line, imapArgument("username", name, line.text.indexOf(name, 6)));
  }

  #literalArgument(line: TextLine, { what, length }: { what: "username" | "password"; length: number }): void {
    this.#literal = undefined;
    this.#reveal(line, imapArgument(what, line.text.slice(0, length), 0));
    if (what === "password") return;
    const rest = line.text.slice(length + 1).trimEnd();
    const next = /^\{(\d{1,4})\+?\}$/.exec(rest)?.[1];
    if (next !== undefined) this.#literal = { what: "password", length: Number(next) };
    else this.#reveal(line, imapArgument("password", rest, length + 1));
  }

  #reveal(line: TextLine, found: readonly Credential[]): void {
    for (const { what, value, field, at, length } of found) {
      this.#queue.reveal("client", { what, value, field }, { frame: line.frame, offset: line.offset + at, length });
    }
  }
}
