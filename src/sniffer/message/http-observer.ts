// Watches HTTP/1 (RFC 9112): request and status lines as messages, credentials in the clear as findings, bodies passed
// over. A CONNECT or an Upgrade that was granted ends HTTP: what follows is told by its own first bytes.
import type { MessageEvent, Side, SnifferEvent } from "../event.js";
import type { Conversation, StreamEvent } from "../stream/stream-event.js";
import { BodyCredentials } from "./body-credentials.js";
import { HttpBody } from "./http-body.js";
import { shownTarget } from "./http-credentials.js";
import { bodyOf, type HttpHead, headCredentials, header, takesLine } from "./http-head.js";
import {
  type BytesEvent,
  EventQueue,
  type GapEvent,
  type Handover,
  type MessageObserver,
  type PassedEvent,
} from "./message-observer.js";
import { emptyMessageTally, type MessageTally } from "./message-tally.js";
import { type TextLine, TextLines } from "./text-lines.js";

/** Requests without answers that are remembered: a client may pipeline without end. */
const MAX_WAITING_REQUESTS = 256;
const MAX_HEADER_LINES = 256;
const FRAMING_LINE = /^(?:content-length|transfer-encoding):/i;

export class HttpObserver implements MessageObserver {
  readonly #queue: EventQueue;
  readonly #id: number;
  readonly #sides: Record<Side, HttpSide> = { client: new HttpSide(), server: new HttpSide() };
  readonly #waiting: { stream: number; method: string; target: string }[] = [];
  readonly #tally = emptyMessageTally();
  #requests = 0;
  #lastFrame = 0;
  handover: Handover | undefined;

  constructor(conversation: Conversation) {
    this.#queue = new EventQueue(conversation);
    this.#id = conversation.id;
  }

  push(event: StreamEvent): void {
    if (event.kind === "bytes") this.#bytes(this.#sides[event.side], event);
    else if (event.kind === "passed") this.#pass(this.#sides[event.side], event);
    else if (event.kind === "gap") this.#gap(this.#sides[event.side], event);
  }

  unwatchedBytes(side: Side): number {
    const { lost, body } = this.#sides[side];
    return lost ? 0 : body.unwatchedBytes;
  }

  next(): SnifferEvent | undefined {
    return this.#queue.next();
  }

  finish(): void {
    // A head or a body that never ended may have said enough.
    for (const from of ["client", "server"] as const) {
      this.#endHead(this.#sides[from], from);
      this.#revealBody(this.#sides[from], from, this.#lastFrame);
    }
  }

  get tally(): MessageTally {
    return { ...this.#tally };
  }

  #pass(side: HttpSide, { length, frame }: PassedEvent): void {
    this.#lastFrame = frame;
    side.body.skip(length);
    side.end += length;
    this.#tally.plaintext += length;
  }

  #bytes(side: HttpSide, event: BytesEvent): void {
    const end = event.offset + event.bytes.length;
    side.end = event.offset;
    this.#lastFrame = event.frame;
    if (side.lost && !this.#found(side, event)) {
      this.#tally[side.damaged ? "not_understood" : "gap"] += event.bytes.length;
      side.end = end;
      return;
    }
    while (side.end < end && !side.lost && this.handover === undefined) {
      side.end = side.body.active ? this.#readBody(side, event) : this.#readLine(side, event, side.end, end);
    }
    this.#tally.plaintext += side.end - event.offset;
    if (!side.lost) return;
    // A line begun here would be taken for that with which a later packet begins.
    this.#tally.not_understood += end - side.end;
    side.end = end;
  }

  /** A hole within a body whose length is known does no harm; any other loses the place until a head begins a packet. */
  #gap(side: HttpSide, event: GapEvent): void {
    if (side.lost) return;
    if (side.body.skip(event.length)) {
      this.#queue.hole(event, " of a body");
      return;
    }
    side.lose();
    this.#queue.hole(event, ": lost until a message begins a packet");
  }

  #found(side: HttpSide, event: BytesEvent): boolean {
    const text = String.fromCharCode(...event.bytes.subarray(0, 256));
    side.lost = !takesLine(event.side, text);
    side.damaged &&= side.lost;
    return !side.lost;
  }

  #readBody(side: HttpSide, event: BytesEvent): number {
    const end = side.body.pass(event, side.end);
    if (!side.body.active) this.#revealBody(side, event.side, event.frame);
    return end;
  }

  #revealBody(side: HttpSide, from: Side, frame: number): void {
    for (const { what, value, field, offset, length } of side.body.takeFound()) {
      this.#queue.reveal(from, { what, value, field }, { frame, offset, length });
    }
  }

  #readLine(side: HttpSide, event: BytesEvent, from: number, end: number): number {
    const line = side.lines.next(event, from);
    if (line === undefined) return end;
    const next = line.offset + line.length;
    side.end = next;
    if (line.text !== "") side.keep(line);
    else if (side.head.length > 0) this.#headDone(side, event.side, line);
    return next;
  }

  #headDone(side: HttpSide, from: Side, last: TextLine): void {
    const head = side.takeHead();
    const message = this.#described(side, from, head);
    if (message === undefined) {
      side.lose();
      side.damaged = true;
      const evidence = { frame: last.frame, offset: head.start.offset, length: head.start.length };
      this.#queue.find(from, "damaged", "not HTTP from here on: no request or status line", evidence);
      return;
    }
    this.#tell(from, last.frame, head, message);
  }

  #endHead(side: HttpSide, from: Side): void {
    const last = side.head.at(-1);
    if (last === undefined) return;
    const head = side.takeHead();
    const message = this.#described(side, from, head);
    if (message === undefined) return;
    this.#tell(from, last.frame, head, message);
    const { offset } = head.start;
    const evidence = { frame: last.frame, offset, length: last.offset + last.length - offset };
    this.#queue.find(from, "damaged", "the head of a message ends before it is whole", evidence);
  }

  #described(side: HttpSide, from: Side, head: HttpHead): Described | undefined {
    return from === "client" ? this.#request(side, head) : this.#response(side, head);
  }

  #tell(from: Side, frame: number, head: HttpHead, message: Described): void {
    this.#queue.say({ event: "message", conversation: this.#id, side: from, frame, ...message });
    for (const { what, value, field, offset, length, frame } of headCredentials(head)) {
      this.#queue.reveal(from, { what, value, field }, { frame, offset, length });
    }
  }

  #request(side: HttpSide, head: HttpHead): Described | undefined {
    const { text, isCut } = head.start;
    // Servers take more than one space for one (RFC 9112, 3), and some take spaces within the target.
    // Of a line that is longer than what is kept of one, the end is not known.
    const match = (isCut ? /^([A-Z-]{2,25}) (\S+)$/ : /^(\S+) +(\S.*) (HTTP\/1\.\d)$/).exec(text);
    const [, method, spacedTarget, version = ""] = match ?? [];
    const target = spacedTarget?.trimEnd();
    if (method === undefined || target === undefined) return undefined;
    this.#requests += 1;
    if (this.#waiting.length < MAX_WAITING_REQUESTS) this.#waiting.push({ stream: this.#requests, method, target });
    side.body.begin(bodyOf(head, undefined), BodyCredentials.of(header(head, "content-type")));
    const fields = {
      target: shownTarget(target),
      version,
      ...shownHeaders(head, ["host", "user-agent", "content-type"]),
    };
    return { kind: "request", stream_id: this.#requests, method, fields };
  }

  #response(side: HttpSide, head: HttpHead): Described | undefined {
    const match = /^(HTTP\/1\.\d) (\d{3})(?: (.*))?$/.exec(head.start.text);
    const [, version, status, reason = ""] = match ?? [];
    if (version === undefined || status === undefined) return undefined;
    // 1xx is not yet the answer (RFC 9110, 15.2), but for the change of protocol.
    const final = !status.startsWith("1") || status === "101";
    const request = final ? this.#waiting.shift() : this.#waiting[0];
    const tunnel = status === "101" || (request?.method === "CONNECT" && status.startsWith("2"));
    if (tunnel) this.handover = { client: this.#sides.client.end, server: this.#sides.server.end };
    else side.body.begin(bodyOf(head, { status, method: request?.method }));
    const fields = { version, reason, ...shownHeaders(head, ["server", "content-type"]) };
    return { kind: "response", stream_id: request?.stream ?? 0, method: request?.method ?? null, status, fields };
  }
}

type Described = Pick<MessageEvent, "kind" | "stream_id" | "method" | "fields"> & { status?: string };

class HttpSide {
  readonly lines = new TextLines();
  readonly body = new HttpBody();
  head: TextLine[] = [];
  lost = false;
  /** Lost not by a hole but by what is no HTTP. */
  damaged = false;
  /** Stream offset up to which this side's bytes were read. */
  end = 0;

  keep(line: TextLine): void {
    // How long the body is must be known however many lines there are.
    if (this.head.length < MAX_HEADER_LINES || FRAMING_LINE.test(line.text)) this.head.push(line);
  }

  takeHead(): HttpHead {
    const [start, ...headers] = this.head;
    this.head = [];
    return { start: start ?? { text: "", isCut: false, offset: this.end, length: 0, frame: 0 }, headers };
  }

  lose(): void {
    this.lost = true;
    this.head = [];
    this.lines.clear();
    this.body.begin({ kind: "none" });
  }
}

function shownHeaders(head: HttpHead, names: readonly string[]): Record<string, string> {
  const shown: [string, string][] = [];
  for (const { text } of head.headers) {
    const colon = text.indexOf(":");
    const name = text.slice(0, colon).toLowerCase();
    if (names.includes(name)) shown.push([name, text.slice(colon + 1).trim()]);
  }
  return Object.fromEntries(shown);
}
