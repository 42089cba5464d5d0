// What is known of who could read what of one conversation, gathered from its events: little, and the same for all.
import { isEncryptedApplication } from "../encrypted-application.js";
import type { FindingEvent, Side, SnifferEvent } from "../event.js";
import { isSameBytes, SOUGHT } from "../finding/sought-secret.js";
import type { Conversation } from "../stream/stream-event.js";
import { ContentType } from "../tls/names.js";
import { cutText } from "./page-finding.js";
import type { Place } from "./page-model.js";

/** Alerts by which a client says that it does not trust a certificate (RFC 8446 section 6.2). */
const DISTRUST: ReadonlySet<string> = new Set([
  "bad_certificate",
  "unsupported_certificate",
  "certificate_revoked",
  "certificate_expired",
  "certificate_unknown",
  "unknown_ca",
]);

const PASSWORD_WORDS = /password|secret|credential/i;
const TOKEN_WORDS = /token|cookie|key/i;
const OPAQUE_METHOD = /OpaqueService\//;
const ASKS_CERTIFICATE = "the server asks for a client certificate";
/** QUIC, and DTLS 1.3 without a header, tell of no records. */
const HIDDEN_CONTENT = /^(?:QUIC|application data) is encrypted: /;
const NULL_CIPHER = "application data is not encrypted";
const TLS13 = "0x0304";
/** Secrets that are remembered, in case their bytes are found under another name too. */
const MAX_RECENT = 16;

export interface Seen {
  readonly place: Place;
  readonly text: string;
}

export class ConversationFacts {
  readonly conversation: Conversation;
  version: string | undefined;
  serverName: Seen | undefined;
  hidesName = false;
  offeredProtocols: Seen | undefined;
  clientHello: Seen | undefined;
  serverHello: Seen | undefined;
  isResumed = false;
  /** In the clear, or by keys. */
  certificate: (Seen & { opened: boolean }) | undefined;
  asksClientCertificate = false;
  distrust: Seen | undefined;
  applicationData: Seen | undefined;
  plaintext: Seen | undefined;
  opened: Seen | undefined;
  password: Seen | undefined;
  openedPassword: Seen | undefined;
  token: Seen | undefined;
  openedToken: Seen | undefined;
  /** TLS whose suite encrypts nothing. */
  hasNullCipher = false;
  usesOpaque = false;
  secrets = 0;
  #isClosed = false;
  readonly #recent: { readonly event: FindingEvent; readonly seen: Seen }[] = [];
  /** Counts what was told: what was derived from less is out of date. */
  revision = 0;

  constructor(conversation: Conversation) {
    this.conversation = conversation;
  }

  get id(): number {
    return this.conversation.id;
  }

  /** Undefined until it is clear. */
  get application(): string | undefined {
    return this.conversation.application;
  }

  get isTls(): boolean {
    return this.clientHello !== undefined || this.serverHello !== undefined || this.applicationData !== undefined;
  }

  /** Nothing behind the handshake, as far as can be told: of QUIC's packets that is only when it is over. */
  get saidNothing(): boolean {
    const mayFollow = this.application === "quic" && !this.#isClosed;
    return this.isTls && this.applicationData === undefined && !mayFollow;
  }

  /** Hellos are to be expected, whether they were captured or not. */
  get speaksTls(): boolean {
    return this.isEncrypted && this.application !== "ssh";
  }

  get isEncrypted(): boolean {
    return this.isTls || isEncryptedApplication(this.application);
  }

  push(event: SnifferEvent): void {
    this.revision += 1;
    switch (event.event) {
      case "client_hello":
        this.clientHello ??= this.#seen(event.frame, "client", "the client's hello");
        this.hidesName ||= event.ech;
        if (event.sni !== null) this.serverName ??= this.#seen(event.frame, "client", cutText(event.sni));
        if (event.alpn.length > 0)
          this.offeredProtocols ??= this.#seen(event.frame, "client", cutText(event.alpn.join(", ")));
        break;
      case "server_hello":
        if (event.hello_retry) break;
        this.serverHello ??= this.#seen(event.frame, "server", "the server's hello");
        this.version ??= event.version;
        this.isResumed ||= event.resumed;
        break;
      case "certificate":
        if (event.side === "server") {
          const text = cutText(event.chain[0]?.subject ?? "");
          const opened = this.version === TLS13;
          this.certificate ??= { ...this.#seen(event.frame, "server", text), opened };
        }
        break;
      case "alert":
        if (event.side === "client" && DISTRUST.has(event.name))
          this.distrust ??= this.#seen(event.frame, "client", event.name);
        break;
      case "record":
        if (event.content_type === ContentType.ApplicationData) {
          const place = { ...this.#place(event.frame, event.side), offset: event.offset ?? null, length: event.length };
          this.applicationData ??= { place, text: `${event.length} bytes` };
          const isContent = event.opened === true && event.inner_content_type === undefined;
          if (isContent) this.opened ??= { place, text: `${event.length} bytes of application data` };
        }
        break;
      case "conversation":
        this.#isClosed = true;
        break;
      case "message":
        this.#message(event);
        break;
      case "finding":
        this.#finding(event);
    }
  }

  #message(event: Extract<SnifferEvent, { event: "message" }>): void {
    const text = event.method === null ? event.kind : `${event.kind} ${event.method}`;
    const seen = this.#seen(event.frame, event.side, text);
    if (event.decrypted === true) this.opened ??= seen;
    else this.plaintext ??= seen;
    if (event.method !== null && OPAQUE_METHOD.test(event.method)) this.usesOpaque = true;
  }

  #finding(event: FindingEvent): void {
    const { frame, offset, length } = event.evidence;
    const opened = event.decrypted === true;
    const place = { conversation: this.id, frame, side: event.side, offset, length, opened };
    if (event.visibility !== "readable") {
      this.#handshakeFinding(event, place);
      return;
    }
    const isSecret = isMasked(event);
    const seen = { place, text: event.what };
    if (event.decrypted === true) {
      this.opened ??= seen;
      if (isSecret && PASSWORD_WORDS.test(event.what)) this.openedPassword ??= seen;
      else if (isSecret && TOKEN_WORDS.test(event.what)) this.openedToken ??= seen;
      return;
    }
    this.plaintext ??= seen;
    if (event.what.startsWith(NULL_CIPHER)) this.hasNullCipher = true;
    if (isSecret && !this.#isToldTwice(event)) this.#secret(event, seen);
  }

  #secret(event: FindingEvent, seen: Seen): void {
    this.secrets += 1;
    this.#recent.push({ event, seen });
    if (this.#recent.length > MAX_RECENT) this.#recent.shift();
    if (PASSWORD_WORDS.test(event.what)) this.password ??= seen;
    else if (TOKEN_WORDS.test(event.what)) this.token ??= seen;
  }

  /**
   * The same bytes may be found as a secret that was sought (`--secret-file`) and as the password or the token that they
   * are: they count once, as what they are.
   */
  #isToldTwice(event: FindingEvent): boolean {
    const known = this.#recent.find((other) => isSameBytes(other.event, event));
    if (known === undefined || (event.what !== SOUGHT && known.event.what !== SOUGHT)) return false;
    if (event.what === SOUGHT) return true;
    if (this.password === known.seen) this.password = undefined;
    this.secrets -= 1;
    this.#recent.splice(this.#recent.indexOf(known), 1);
    return false;
  }

  /** Events of the handshake say what there is, their findings at which byte. */
  #handshakeFinding({ what }: FindingEvent, place: Place): void {
    if (HIDDEN_CONTENT.test(what)) this.applicationData ??= { place, text: what };
    if (what.startsWith(ASKS_CERTIFICATE)) this.asksClientCertificate = true;
    if (what.startsWith("server name ")) this.serverName = placed(this.serverName, place);
    else if (what.startsWith("ALPN offers ")) this.offeredProtocols = placed(this.offeredProtocols, place);
    else if (what.startsWith("certificate of ") && this.certificate !== undefined)
      this.certificate = { ...this.certificate, place: placed(this.certificate, place)?.place ?? place };
  }

  #seen(frame: number, side: Side, text: string): Seen {
    return { place: this.#place(frame, side), text };
  }

  #place(frame: number, side: Side): Place {
    return { conversation: this.id, frame, side, offset: null, length: null };
  }
}

/** The first place counts. */
function placed(seen: Seen | undefined, place: Place): Seen | undefined {
  return seen?.place.offset === null && seen.place.frame === place.frame ? { ...seen, place } : seen;
}

/** Whether the finding's value must not be shown, and so its bytes must not either. */
export function isMasked({ value }: FindingEvent): boolean {
  return value?.includes("[redacted") === true;
}
