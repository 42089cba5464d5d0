// What flow logs want to know of a TLS handshake: the messages in their order, and what was agreed on. It hears a handshake
// as those do who judge it.
import { BytesError } from "../../bytes/bytes-error.js";
import type { AssessmentEvent, CertificateFacts, Side, SnifferEvent } from "../event.js";
import type { Assessor, AssessorContext } from "../tls/assessor.js";
import { decodeCertificateMessage } from "../tls/certificate-message.js";
import { HandshakeFacts, MAX_CERTIFICATES } from "../tls/handshake-facts.js";
import type { HandshakeMessage } from "../tls/handshake-joiner.js";
import { ContentType, HandshakeType } from "../tls/names.js";
import { TlsError } from "../tls/tls-error.js";
import type { Microseconds } from "./connection-facts.js";

/** Letters of ssl_history (docs.zeek.org, ssl.log). */
const LETTERS: ReadonlyMap<number, string> = new Map([
  [HandshakeType.HelloRequest, "h"],
  [HandshakeType.ClientHello, "c"],
  [HandshakeType.ServerHello, "s"],
  [HandshakeType.HelloVerifyRequest, "v"],
  [HandshakeType.NewSessionTicket, "t"],
  [HandshakeType.EndOfEarlyData, "e"],
  [HandshakeType.HelloRetryRequest, "j"],
  [HandshakeType.EncryptedExtensions, "o"],
  [HandshakeType.Certificate, "x"],
  [HandshakeType.ServerKeyExchange, "k"],
  [HandshakeType.CertificateRequest, "r"],
  [HandshakeType.ServerHelloDone, "n"],
  [HandshakeType.CertificateVerify, "y"],
  [HandshakeType.ClientKeyExchange, "g"],
  [HandshakeType.Finished, "f"],
  [HandshakeType.CertificateUrl, "w"],
  [HandshakeType.CertificateStatus, "u"],
  [HandshakeType.SupplementalData, "a"],
  [HandshakeType.KeyUpdate, "p"],
  [HandshakeType.MessageHash, "m"],
]);
const MAX_HISTORY = 100;
const FIRST_CLEAR_RECORDS: ReadonlySet<number> = new Set([ContentType.Handshake, ContentType.Alert]);

export interface TlsLogMeans {
  /** Time of the packet that is looked at. */
  now(): Microseconds | undefined;
  /** Takes what is known of a conversation's handshake: from its hello on, and when it ends. */
  deliver(conversation: number, facts: TlsLogFacts): void;
}

export class TlsLogFacts implements Assessor {
  readonly handshake: HandshakeFacts;
  history = "";
  /** Its description. */
  lastAlert: number | undefined;
  established = false;
  /** Those in the clear. */
  serverCertificates: readonly CertificateFacts[] = [];
  clientCertificates: readonly CertificateFacts[] = [];
  /** The server's own certificate, as DER. */
  serverDer: Uint8Array | undefined;
  clientHello: Extract<SnifferEvent, { event: "client_hello" }> | undefined;
  serverHello: Extract<SnifferEvent, { event: "server_hello" }> | undefined;
  /** When the first message came. */
  started: Microseconds | undefined;
  /** Packet that completed what Suricata waits for: a certificate, or a server's hello that none follows in the clear. */
  shownFrame: number | undefined;
  readonly #changed: Record<Side, boolean> = { client: false, server: false };
  readonly #context: AssessorContext;
  readonly #means: TlsLogMeans;

  constructor(context: AssessorContext, means: TlsLogMeans) {
    this.#context = context;
    this.handshake = new HandshakeFacts(context);
    this.#means = means;
  }

  /** By a session id that came back, a PSK, or a ticket that was shown without any id and asked for no new keys. */
  get resumed(): boolean {
    const { client, is13 } = this.handshake;
    const isByTicket = !is13 && client !== undefined && client.ticketBytes > 0 && client.hello.sessionId.length === 0;
    return this.serverHello?.resumed === true || (isByTicket && /^[^G]*I/.test(this.history));
  }

  get transport(): AssessorContext["transport"] {
    return this.#context.transport;
  }

  hear(event: SnifferEvent): void {
    this.handshake.hear(event);
    if (event.event === "client_hello" || event.event === "server_hello") this.#means.deliver(event.conversation, this);
    if (event.event === "record") this.#record(event);
    else if (event.event === "alert") this.#alert(event);
    else if (event.event === "certificate") this.#certificate(event);
    else if (event.event === "client_hello") this.clientHello ??= event;
    else if (event.event === "server_hello" && !event.hello_retry) this.#answer(event);
  }

  take(side: Side, message: HandshakeMessage, wasSealed: boolean): void {
    this.handshake.take(side, message, wasSealed);
    this.started ??= this.#means.now();
    // What only keys show, no other tool sees.
    if (wasSealed) return;
    if (message.type === HandshakeType.Certificate && side === "server") this.#keepDer(message.body);
    const isRetry = message.type === HandshakeType.ServerHello && this.handshake.server === undefined;
    this.#tell(side, isRetry ? "j" : (LETTERS.get(message.type) ?? "z"));
  }

  conclude(conversation: number): AssessmentEvent {
    this.#means.deliver(conversation, this);
    return { event: "assessment", conversation, frame: this.handshake.firstFrame, statements: [], readers: [] };
  }

  #answer(event: Extract<SnifferEvent, { event: "server_hello" }>): void {
    this.serverHello ??= event;
    if (this.handshake.is13 || event.resumed) this.shownFrame ??= event.frame;
  }

  #record(event: Extract<SnifferEvent, { event: "record" }>): void {
    const { side, content_type: type } = event;
    if (this.established) return;
    if (type === ContentType.ChangeCipherSpec) {
      this.#tell(side, "i");
      this.#changed[side] = true;
      return;
    }
    const isSealed = event.byte_class === "ciphertext" || !FIRST_CLEAR_RECORDS.has(type);
    const bothChanged = this.#changed.client && this.#changed.server;
    const isKeyed13 = this.handshake.is13 && side === "client" && type === ContentType.ApplicationData;
    if (isSealed && (bothChanged || isKeyed13) && this.handshake.server !== undefined) this.established = true;
  }

  #alert({ side, description }: Extract<SnifferEvent, { event: "alert" }>): void {
    if (description === null || this.established) return;
    this.#tell(side, "l");
    this.lastAlert = description;
  }

  #certificate({ side, chain, frame }: Extract<SnifferEvent, { event: "certificate" }>): void {
    if (this.handshake.is13) return;
    if (side === "server") this.shownFrame ??= frame;
    if (side === "server") this.serverCertificates = chain;
    else this.clientCertificates = chain;
  }

  #keepDer(body: Uint8Array): void {
    try {
      const [own] = decodeCertificateMessage(body, this.handshake.is13, MAX_CERTIFICATES);
      this.serverDer ??= own && Uint8Array.from(own);
    } catch (error) {
      // The watch beside this tells what is malformed.
      if (!(error instanceof BytesError || error instanceof TlsError)) throw error;
    }
  }

  #tell(side: Side, letter: string): void {
    if (this.established || this.history.length >= MAX_HISTORY) return;
    this.history += side === "client" ? letter.toUpperCase() : letter;
  }
}
