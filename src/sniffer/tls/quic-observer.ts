// Watches a QUIC conversation as far as anyone can without keys (RFC 9001 section 5.2): the hellos in its Initial packets; and
// with a key log the rest of its handshake and its streams.
import { BytesError } from "../../bytes/bytes-error.js";
import type { Stage } from "../../bytes/stage.js";
import type { Side, SnifferEvent } from "../event.js";
import type { Conversation, StreamEvent } from "../stream/stream-event.js";
import { CertificateReader } from "./certificate-reader.js";
import type { DatagramObserverOptions } from "./dtls-observer.js";
import { FragmentAssembler } from "./fragment-assembler.js";
import { HandshakeWatch } from "./handshake-watch.js";
import { Observation } from "./observation.js";
import { counted } from "./printable.js";
import { QuicDecryption, type SealedKind } from "./quic-decryption.js";
import { decodeQuicFrames, type QuicFrames } from "./quic-frames.js";
import { decodeQuicPacket, isLongHeader, type QuicPacket } from "./quic-packet.js";
import { initialKeys, openHeader, openPayload, type PacketKeys, type ProtectedPacket } from "./quic-protection.js";
import { QuicStreams } from "./quic-streams.js";
import type { QuicVersion } from "./quic-version.js";
import { TlsDirection } from "./tls-direction.js";
import { DEFAULT_TLS_LIMITS, type TlsLimits } from "./tls-limits.js";
import { TlsSession } from "./tls-session.js";
import type { TlsTally } from "./tls-tally.js";

type Datagram = Extract<StreamEvent, { kind: "bytes" }>;

type CryptoKind = "initial" | SealedKind;

interface Half {
  readonly direction: TlsDirection;
  /** The handshake under each kind of keys. New for each connection id that the client starts from: after a retry it begins anew. */
  readonly crypto: Map<CryptoKind, FragmentAssembler>;
  /** Which of them spoke last. */
  spoken: CryptoKind;
  readonly streams: QuicStreams;
  /** Those of the connection id that the client started from. */
  keys: (PacketKeys & { readonly version: QuicVersion }) | undefined;
  /** How long the id is that this side's packets are addressed to: short headers do not say. */
  idBytes: number | undefined;
}

const PACKET_NAMES: Record<CryptoKind, string> = {
  initial: "Initial",
  early: "0-RTT",
  handshake: "Handshake",
  short: "1-RTT",
};

export class QuicObserver implements Stage<StreamEvent, SnifferEvent> {
  readonly #observation: Observation;
  readonly #halves: Record<Side, Half>;
  readonly #handshakes: HandshakeWatch;
  readonly #decryption: QuicDecryption;
  readonly #limits: TlsLimits;
  /** To which the client sent the first packet that opened. */
  #connectionId: Uint8Array | undefined;
  /** Of the packet that was opened last. */
  #version: QuicVersion | undefined;
  #ended = false;

  constructor(conversation: Conversation, options: DatagramObserverOptions = {}) {
    this.#limits = { ...DEFAULT_TLS_LIMITS, ...options.limits };
    this.#observation = new Observation(conversation, options.keys !== undefined, options.assessor);
    const half = (side: Side): Half => ({
      direction: new TlsDirection(side, false, this.#limits),
      crypto: new Map(),
      spoken: "initial",
      streams: new QuicStreams(),
      keys: undefined,
      idBytes: undefined,
    });
    this.#halves = { client: half("client"), server: half("server") };
    const session = new TlsSession();
    this.#decryption = new QuicDecryption(options.keys, session);
    this.#handshakes = new HandshakeWatch(this.#observation, session, {
      limits: this.#limits,
      certificates: options.certificates ?? new CertificateReader(),
      transport: "q",
      assessor: options.assessor,
    });
  }

  push(event: StreamEvent): void {
    if (event.kind === "close") {
      this.finish();
      this.#observation.close(event);
    }
    if (event.kind !== "bytes") return;
    let at = 0;
    while (at < event.bytes.length && isLongHeader(event.bytes, at)) at += this.#longPacket(event, at);
    // A short header, or padding behind a packet: without keys nothing of it can be read.
    this.#shortPacket(event, at);
  }

  next(): SnifferEvent | undefined {
    return this.#observation.next();
  }

  /** Streams that keys opened, each in order, and one after the other as they came. */
  nextDecrypted(): StreamEvent | undefined {
    return this.#observation.nextDecrypted();
  }

  finish(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const { direction } of Object.values(this.#halves)) {
      const { firstHidden, hiddenRecords, hiddenBytes, side } = direction;
      if (firstHidden === undefined) continue;
      const keys = this.#decryption.hasOpened(side) ? " (read here with the key log)" : "";
      const what = `QUIC is encrypted: ${counted(hiddenRecords, "packet")}, ${counted(hiddenBytes, "byte")}${keys}`;
      this.#observation.find(side, "hidden", what, { ...firstHidden, length: hiddenBytes });
    }
    this.#observation.assess();
  }

  get heldBytes(): number {
    let held = 0;
    for (const { crypto, direction, streams } of [this.#halves.client, this.#halves.server]) {
      held += direction.heldBytes + streams.heldBytes;
      for (const { heldBytes } of crypto.values()) held += heldBytes;
    }
    return held;
  }

  get tally(): TlsTally {
    return { ...this.#observation.tally };
  }

  /** Bytes of the datagram that are dealt with. */
  #longPacket(event: Datagram, at: number): number {
    const packet = this.#decode(event, at);
    if (packet === undefined) return event.bytes.length - at;
    const { kind, bytes } = packet;
    const initial = kind === "initial" ? this.#open(packet, event.side) : undefined;
    if (initial !== undefined) this.#initial(event, at, packet, initial);
    else if (kind === "retry" || kind === "negotiation") this.#clear(event, at, packet);
    else if (kind === "early" || kind === "handshake") this.#sealed(event, at, kind, packet.version, packet);
    else this.#hide(event, at, bytes.length);
    return bytes.length;
  }

  #shortPacket(event: Datagram, at: number): void {
    const { idBytes } = this.#halves[event.side];
    if (idBytes === undefined || at + idBytes >= event.bytes.length) this.#hide(event, at, event.bytes.length - at);
    else this.#sealed(event, at, "short", this.#version, { bytes: event.bytes.subarray(at), numberAt: 1 + idBytes });
  }

  #decode(event: Datagram, at: number): QuicPacket | undefined {
    try {
      return decodeQuicPacket(event.bytes, at);
    } catch (error) {
      if (!(error instanceof BytesError)) throw error;
      const length = event.bytes.length - at;
      this.#observation.count("not_understood", length);
      this.#damaged(event, at, length, "a QUIC packet is cut short");
      return undefined;
    }
  }

  #open(packet: QuicPacket, side: Side): Uint8Array | undefined {
    const { version, destination } = packet;
    if (version === undefined) return undefined;
    const frames = this.#openKnown(packet, version, side);
    if (frames !== undefined || side === "server") return frames;
    const own = openFirst(packet, initialKeys(version, destination, side));
    if (own === undefined) return undefined;
    // The first packet, or a new start after a retry.
    this.#connectionId = Uint8Array.from(destination);
    for (const half of Object.values(this.#halves)) {
      half.keys = undefined;
      half.crypto.clear();
      half.direction.loseTrack();
    }
    return own;
  }

  #openKnown(packet: QuicPacket, version: QuicVersion, side: Side): Uint8Array | undefined {
    if (this.#connectionId === undefined) return undefined;
    const half = this.#halves[side];
    if (half.keys?.version !== version) half.keys = { version, ...initialKeys(version, this.#connectionId, side) };
    return openFirst(packet, half.keys);
  }

  #initial(event: Datagram, at: number, packet: QuicPacket, payload: Uint8Array): void {
    this.#version = packet.version;
    this.#halves[event.side === "client" ? "server" : "client"].idBytes = packet.source.length;
    const paddingBytes = this.#frames(event, at, packet, { kind: "initial", payload });
    this.#observation.count("padding", paddingBytes);
    this.#observation.count("tls_metadata", packet.bytes.length - paddingBytes);
  }

  #sealed(
    event: Datagram,
    at: number,
    kind: SealedKind,
    version: QuicVersion | undefined,
    packet: ProtectedPacket,
  ): void {
    const payload = version && this.#decryption.open(event.side, kind, version, packet);
    this.#hide(event, at, packet.bytes.length);
    if (payload !== undefined) this.#frames(event, at, packet, { kind, payload });
  }

  /** Gives the bytes of padding. */
  #frames(
    event: Datagram,
    at: number,
    packet: ProtectedPacket,
    { kind, payload }: { readonly kind: CryptoKind; readonly payload: Uint8Array },
  ): number {
    try {
      const { crypto, streams, paddingBytes } = decodeQuicFrames(payload, this.#version?.frames);
      for (const { offset, bytes } of crypto) this.#handshake(event, at, kind, offset, bytes);
      // Only there do streams stand (RFC 9000 section 12.4); an Initial packet with one may be anybody's.
      if (kind === "early" || kind === "short") this.#streams(event, streams);
      return paddingBytes;
    } catch (error) {
      if (!(error instanceof BytesError)) throw error;
      this.#damaged(event, at, packet.bytes.length, `a frame in a QUIC ${PACKET_NAMES[kind]} packet is cut short`);
      return 0;
    }
  }

  #streams({ side, frame }: Datagram, frames: QuicFrames["streams"]): void {
    const { streams } = this.#halves[side];
    for (const { id, offset, bytes } of frames) this.#observation.give(side, streams.add(id, offset, bytes), frame);
  }

  #handshake(event: Datagram, at: number, kind: CryptoKind, offset: number, piece: Uint8Array): void {
    const half = this.#halves[event.side];
    const assembler = half.crypto.get(kind) ?? new FragmentAssembler(this.#limits.maxMessageBytes);
    half.crypto.set(kind, assembler);
    assembler.add(offset, piece);
    const bytes = assembler.take();
    if (bytes.length === 0) return;
    // No message goes on under other keys.
    if (half.spoken !== kind) half.direction.loseTrack();
    half.spoken = kind;
    const chunk = { bytes, offset: event.offset + at, frame: event.frame };
    this.#handshakes.fragment(half.direction, chunk, kind !== "initial");
  }

  #clear(event: Datagram, at: number, packet: QuicPacket): void {
    this.#observation.count("tls_metadata", packet.bytes.length);
    const what =
      packet.kind === "retry" ? "QUIC retry: the server asks the client to start anew" : "QUIC version negotiation";
    if (!this.#halves[event.side].direction.isNew(what)) return;
    const where = { offset: event.offset + at, length: packet.bytes.length, frame: event.frame };
    this.#observation.find(event.side, "metadata", what, where);
  }

  #hide(event: Datagram, at: number, length: number): void {
    if (length === 0) return;
    this.#observation.count("ciphertext", length);
    this.#halves[event.side].direction.hide({ frame: event.frame, offset: event.offset + at, length });
  }

  #damaged(event: Datagram, at: number, length: number, what: string): void {
    if (!this.#halves[event.side].direction.isNew(what)) return;
    this.#observation.find(event.side, "damaged", what, { offset: event.offset + at, length, frame: event.frame });
  }
}

/** An Initial packet's frames. They are so few that their numbers are never shortened. */
function openFirst(packet: QuicPacket, keys: PacketKeys): Uint8Array | undefined {
  const header = openHeader(packet, keys);
  return header && openPayload(packet, header, keys, 0)?.payload;
}
