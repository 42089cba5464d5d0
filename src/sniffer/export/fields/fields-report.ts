// The report as `tshark -T fields` has it: a line for each packet, of the fields that were asked for.
import { ByteReader } from "../../../bytes/byte-reader.js";
import { BytesError } from "../../../bytes/bytes-error.js";
import type { AssessmentEvent, Side, SnifferEvent } from "../../event.js";
import { type DecodedPacket, TCP } from "../../packet/decoded-packet.js";
import type { PacketCursor } from "../../packet/packet-cursor.js";
import type { SegmentWatcher } from "../../pipeline.js";
import type { Report } from "../../report/report.js";
import type { ConversationProtocol } from "../../stream/stream-event.js";
import type { Assessor, NewAssessor } from "../../tls/assessor.js";
import { decodeClientHello } from "../../tls/client-hello.js";
import { ExtensionType } from "../../tls/extension-names.js";
import type { HandshakeMessage } from "../../tls/handshake-joiner.js";
import { readExtensions, readProtocolNames } from "../../tls/hello-extension.js";
import { ContentType, HandshakeType, isTls13 } from "../../tls/names.js";
import { decodeServerHello } from "../../tls/server-hello.js";
import { TlsError } from "../../tls/tls-error.js";
import { FieldFormat } from "./field-format.js";
import { checkFieldNames } from "./field-names.js";
import { FIELDS, type FieldReader } from "./field-table.js";
import { type SeenHandshake, SeenPacket } from "./seen-packet.js";

const SYN = 0x02;
const ACK = 0x10;

interface KnownConversation {
  readonly stream: number;
  isTls13: boolean;
  /** The number that each side's are told from. */
  readonly base: Partial<Record<Side, number>>;
}

class FieldsReport implements Report {
  readonly #format: FieldFormat;
  readonly #names: readonly string[];
  readonly #readers: readonly FieldReader[];
  readonly #conversations = new Map<number, KnownConversation>();
  readonly #streams = { tcp: 0, udp: 0, eap: 0 };
  #seen: SeenPacket | undefined;
  #first: SeenPacket["first"];
  /** A packet whose line is not told yet. */
  #isWaiting = false;
  #isBegun = false;

  constructor(names: readonly string[], format: FieldFormat) {
    this.#names = names;
    this.#format = format;
    this.#readers = names.map((name) => FIELDS.get(name) ?? (() => []));
  }

  watchPacket(packet: DecodedPacket, cursor: PacketCursor): void {
    const seen = this.#seen ?? new SeenPacket(packet, cursor);
    seen.reset(packet, cursor);
    this.#seen = seen;
    this.#isWaiting = true;
    if (cursor.seconds !== null) this.#first ??= { seconds: cursor.seconds, nanoseconds: cursor.nanoseconds };
    seen.first = this.#first;
  }

  readonly watchSegment: SegmentWatcher = (packet, conversation, side) => {
    const known = this.#conversations.get(conversation.id) ?? this.#meet(conversation.id, conversation.protocol);
    const seen = this.#seen;
    if (seen === undefined) return;
    seen.stream = known.stream;
    seen.communityId = conversation.communityId;
    if (packet.transport === TCP) countFrom(known, packet, side, seen);
  };

  /** DTLS has fields of its own names. */
  readonly newAssessor: NewAssessor = ({ transport }) =>
    new MessageTap((message) => (transport === "dtls" ? undefined : this.#handshake(message)));

  encode(event: SnifferEvent): string {
    const seen = this.#seen;
    if (event.event === "conversation") this.#conversations.delete(event.id);
    if (seen === undefined || !("frame" in event) || event.frame !== seen.cursor.frame) return "";
    if (event.event === "record") this.#record(event, seen);
    else if (event.event === "server_hello") this.#noteVersion(event.conversation, event.version);
    else if (event.event === "alert" && seen.packet.transport === TCP) seen.alerts.push(event);
    else if (event.event === "message") seen.messages.push(event);
    return "";
  }

  take(): string {
    const seen = this.#seen;
    if (!this.#isWaiting || seen === undefined) return "";
    this.#isWaiting = false;
    const line = this.#format.line(this.#readers.map((read) => read(seen)));
    return this.#head() + line;
  }

  end(): string {
    return this.#head();
  }

  #head(): string {
    if (this.#isBegun) return "";
    this.#isBegun = true;
    return this.#format.header(this.#names);
  }

  #meet(id: number, protocol: ConversationProtocol): KnownConversation {
    const known: KnownConversation = { stream: this.#streams[protocol], isTls13: false, base: {} };
    this.#streams[protocol] += 1;
    this.#conversations.set(id, known);
    return known;
  }

  #record(event: Extract<SnifferEvent, { event: "record" }>, seen: SeenPacket): void {
    if (seen.packet.transport !== TCP) return;
    const hidesTypes = this.#conversations.get(event.conversation)?.isTls13 === true;
    const isOpaque = hidesTypes && event.content_type === ContentType.ApplicationData;
    const known = event.inner_content_type ?? event.content_type;
    const { version, length } = event;
    const type = isOpaque && event.opened !== true ? undefined : known;
    seen.records.push({ type, opaqueType: isOpaque ? event.content_type : undefined, version, length });
  }

  #noteVersion(conversation: number, version: string): void {
    const known = this.#conversations.get(conversation);
    if (known !== undefined) known.isTls13 = isTls13(Number(version));
  }

  #handshake(message: HandshakeMessage): void {
    if (this.#seen === undefined || message.frame !== this.#seen.cursor.frame) return;
    this.#seen.handshakes.push(decode(message));
  }
}

/** Throws UsageError. */
export function newFieldsReport({ names, format }: { names: readonly string[]; format: readonly string[] }): Report {
  checkFieldNames(names);
  return new FieldsReport(names, new FieldFormat(format));
}

/** As tshark counts: from a side's SYN, else as if its first byte were number 1. */
function countFrom({ base }: KnownConversation, packet: DecodedPacket, side: Side, seen: SeenPacket): void {
  const { flags, sequence, acknowledgment } = packet;
  const other = side === "client" ? "server" : "client";
  // A SYN begins anew, also where an attempt before it was refused.
  if ((flags & SYN) !== 0) base[side] = sequence;
  const own = base[side] ?? (sequence - 1) >>> 0;
  base[side] = own;
  const isAnswer = (flags & ACK) !== 0;
  if (isAnswer) base[other] ??= (acknowledgment - 1) >>> 0;
  seen.sequence = (sequence - own) >>> 0;
  seen.acknowledgment = isAnswer ? (acknowledgment - (base[other] ?? 0)) >>> 0 : acknowledgment;
}

function decode({ type, body }: HandshakeMessage): SeenHandshake {
  try {
    if (type === HandshakeType.ClientHello) return { type, client: decodeClientHello(body, false) };
    if (type === HandshakeType.ServerHello) return { type, server: decodeServerHello(body) };
    if (type === HandshakeType.EncryptedExtensions) return { type, ...decodeExtensions(body) };
  } catch (error) {
    if (!(error instanceof BytesError || error instanceof TlsError)) throw error;
  }
  return { type };
}

function decodeExtensions(body: Uint8Array): Pick<SeenHandshake, "extensions" | "protocols"> {
  const reader = new ByteReader(body);
  const extensions: number[] = [];
  const protocols: Uint8Array[] = [];
  const note = (type: number, content: ByteReader): void => {
    extensions.push(type);
    if (type === ExtensionType.Alpn) protocols.push(...readProtocolNames(content));
  };
  readExtensions(reader, note, () => {});
  return { extensions, protocols };
}

/** Hears handshakes as those do who judge them, and passes the messages on: those too that took keys to read. */
class MessageTap implements Assessor {
  readonly #take: (message: HandshakeMessage) => void;

  constructor(take: (message: HandshakeMessage) => void) {
    this.#take = take;
  }

  hear(): void {}

  take(_side: Side, message: HandshakeMessage): void {
    this.#take(message);
  }

  conclude(conversation: number): AssessmentEvent {
    return { event: "assessment", conversation, frame: 0, statements: [], readers: [] };
  }
}
