// Watches a QUIC conversation as far as anyone can without keys (RFC 9001 section 5.2): the hellos in its Initial packets.
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
import { decodeInitialFrames } from "./quic-frames.js";
import { type InitialKeys, initialKeys, openInitial } from "./quic-initial.js";
import { decodeQuicPacket, isLongHeader, type QuicPacket } from "./quic-packet.js";
import type { QuicVersion } from "./quic-version.js";
import { TlsDirection } from "./tls-direction.js";
import { DEFAULT_TLS_LIMITS, type TlsLimits } from "./tls-limits.js";
import { TlsSession } from "./tls-session.js";
import type { TlsTally } from "./tls-tally.js";

type Datagram = Extract<StreamEvent, { kind: "bytes" }>;

interface Half {
  readonly direction: TlsDirection;
  /** A new one for each connection id that the client starts from: after a retry it begins anew. */
  crypto: FragmentAssembler;
  /** Those of the connection id that the client started from. */
  keys: (InitialKeys & { readonly version: QuicVersion }) | undefined;
}

export class QuicObserver implements Stage<StreamEvent, SnifferEvent> {
  readonly #observation: Observation;
  readonly #halves: Record<Side, Half>;
  readonly #handshakes: HandshakeWatch;
  readonly #limits: TlsLimits;
  /** To which the client sent the first packet that opened. */
  #connectionId: Uint8Array | undefined;
  #ended = false;

  constructor(conversation: Conversation, options: DatagramObserverOptions = {}) {
    this.#limits = { ...DEFAULT_TLS_LIMITS, ...options.limits };
    this.#observation = new Observation(conversation, false, options.assessor);
    const half = (side: Side): Half => ({
      direction: new TlsDirection(side, false, this.#limits),
      crypto: new FragmentAssembler(this.#limits.maxMessageBytes),
      keys: undefined,
    });
    this.#halves = { client: half("client"), server: half("server") };
    this.#handshakes = new HandshakeWatch(this.#observation, new TlsSession(), {
      limits: this.#limits,
      certificates: options.certificates ?? new CertificateReader(),
      transport: "q",
      assessor: options.assessor,
    });
  }

  push(event: StreamEvent): void {
    if (event.kind === "close") this.finish();
    if (event.kind !== "bytes") return;
    let at = 0;
    while (at < event.bytes.length && isLongHeader(event.bytes, at)) at += this.#longPacket(event, at);
    // A short header, or padding behind a packet: nothing of it can be read.
    this.#hide(event, at, event.bytes.length - at);
  }

  next(): SnifferEvent | undefined {
    return this.#observation.next();
  }

  finish(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const { direction } of Object.values(this.#halves)) {
      const { firstHidden, hiddenRecords, hiddenBytes, side } = direction;
      if (firstHidden === undefined) continue;
      const what = `QUIC is encrypted: ${counted(hiddenRecords, "packet")}, ${counted(hiddenBytes, "byte")}`;
      this.#observation.find(side, "hidden", what, { ...firstHidden, length: hiddenBytes });
    }
    this.#observation.assess();
  }

  get tally(): TlsTally {
    return { ...this.#observation.tally };
  }

  /** Bytes of the datagram that are dealt with. */
  #longPacket(event: Datagram, at: number): number {
    const packet = this.#decode(event, at);
    if (packet === undefined) return event.bytes.length - at;
    const frames = packet.kind === "initial" ? this.#open(packet, event.side) : undefined;
    if (frames !== undefined) this.#initial(event, at, packet, frames);
    else if (packet.kind === "retry" || packet.kind === "negotiation") this.#clear(event, at, packet);
    else this.#hide(event, at, packet.bytes.length);
    return packet.bytes.length;
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
    const own = openInitial(packet, initialKeys(version, destination, side));
    if (own === undefined) return undefined;
    // The first packet, or a new start after a retry.
    this.#connectionId = Uint8Array.from(destination);
    for (const half of Object.values(this.#halves)) {
      half.keys = undefined;
      half.direction.loseTrack();
    }
    for (const half of Object.values(this.#halves)) half.crypto = new FragmentAssembler(this.#limits.maxMessageBytes);
    return own;
  }

  #openKnown(packet: QuicPacket, version: QuicVersion, side: Side): Uint8Array | undefined {
    if (this.#connectionId === undefined) return undefined;
    const half = this.#halves[side];
    if (half.keys?.version !== version) half.keys = { version, ...initialKeys(version, this.#connectionId, side) };
    return openInitial(packet, half.keys);
  }

  #initial(event: Datagram, at: number, packet: QuicPacket, payload: Uint8Array): void {
    const half = this.#halves[event.side];
    let paddingBytes = 0;
    try {
      const frames = decodeInitialFrames(payload, packet.version?.frames);
      paddingBytes = frames.paddingBytes;
      for (const { offset, bytes } of frames.crypto) half.crypto.add(offset, bytes);
      const bytes = half.crypto.take();
      const chunk = { bytes, offset: event.offset + at, frame: event.frame };
      if (bytes.length > 0) this.#handshakes.fragment(half.direction, chunk, false);
    } catch (error) {
      if (!(error instanceof BytesError)) throw error;
      this.#damaged(event, at, packet.bytes.length, "a frame in a QUIC Initial packet is cut short");
    }
    this.#observation.count("padding", paddingBytes);
    this.#observation.count("tls_metadata", packet.bytes.length - paddingBytes);
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
