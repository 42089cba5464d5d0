// Watches an OpenVPN conversation: its control channel is TLS, whose pieces are put in order and read as such; its data stays
// hidden. Offsets of what that TLS says count its own bytes.
import { ByteQueue } from "../../bytes/byte-queue.js";
import type { Stage } from "../../bytes/stage.js";
import type { Evidence, Side, SnifferEvent } from "../event.js";
import type { Conversation, StreamEvent } from "../stream/stream-event.js";
import { Observation } from "./observation.js";
import { decodeOpenvpnPacket, OPENVPN_LENGTH_BYTES, openvpnHmacBytes } from "./openvpn-packet.js";
import { counted } from "./printable.js";
import type { TlsObserver } from "./tls-observer.js";
import type { TlsTally } from "./tls-tally.js";

/** Pieces behind a lost one that are held: OpenVPN itself has fewer on their way. */
const MAX_HELD = 16;

type BytesEvent = Extract<StreamEvent, { kind: "bytes" }>;

interface Half {
  /** Of a stream: what is not a whole packet yet. */
  readonly pending: ByteQueue;
  /** Behind a hole, where packets begin is unknown. */
  isLost: boolean;
  /** Number of the piece that comes next. */
  expected: number;
  readonly held: Map<number, Uint8Array>;
  heldBytes: number;
  tlsBytes: number;
  hidden: Evidence | undefined;
  hiddenPackets: number;
}

export class OpenvpnObserver implements Stage<StreamEvent, SnifferEvent> {
  readonly #isStream: boolean;
  readonly #tls: TlsObserver;
  readonly #observation: Observation;
  readonly #halves: Record<Side, Half> = { client: newHalf(), server: newHalf() };
  /** undefined before the client's first packet. */
  #hmacBytes: number | undefined;
  #ended = false;

  /** `tls` reads the control channel, and is nobody else's. */
  constructor(conversation: Conversation, tls: TlsObserver) {
    this.#isStream = conversation.protocol === "tcp";
    this.#tls = tls;
    this.#observation = new Observation(conversation);
  }

  push(event: StreamEvent): void {
    if (event.kind === "bytes" && this.#isStream) this.#stream(event);
    else if (event.kind === "bytes") this.#packet(event, event.bytes);
    else if (event.kind === "gap") this.#lose(this.#halves[event.side]);
    else if (event.kind === "close") {
      this.finish();
      this.#tls.push(event);
    }
  }

  next(): SnifferEvent | undefined {
    return this.#tls.next() ?? this.#observation.next();
  }

  nextDecrypted(): StreamEvent | undefined {
    return this.#tls.nextDecrypted();
  }

  finish(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#tls.finish();
    for (const side of ["client", "server"] as const) {
      const { hidden, hiddenPackets } = this.#halves[side];
      if (hidden === undefined) continue;
      const what = `OpenVPN's data is encrypted: ${counted(hiddenPackets, "packet")}, ${counted(hidden.length, "byte")}`;
      this.#observation.find(side, "hidden", what, hidden);
    }
  }

  get heldBytes(): number {
    return this.#tls.heldBytes + this.#halves.client.heldBytes + this.#halves.server.heldBytes;
  }

  /** Sums, at any time, to the bytes pushed. */
  get tally(): TlsTally {
    const tally = { ...this.#observation.tally };
    for (const [kind, bytes] of Object.entries(this.#tls.tally)) tally[kind as keyof TlsTally] += bytes;
    for (const { pending, held } of Object.values(this.#halves)) {
      tally.not_understood += pending.length;
      for (const { length } of held.values()) tally.gap += length;
    }
    return tally;
  }

  #stream(event: BytesEvent): void {
    const half = this.#halves[event.side];
    if (half.isLost) {
      this.#observation.count("not_understood", event.bytes.length);
      return;
    }
    const { pending } = half;
    pending.push(event.bytes);
    for (let length = lengthOf(pending); pending.length >= OPENVPN_LENGTH_BYTES + length; length = lengthOf(pending)) {
      pending.skip(OPENVPN_LENGTH_BYTES);
      this.#observation.count("tls_metadata", OPENVPN_LENGTH_BYTES);
      this.#packet(event, pending.take(length));
    }
    pending.own();
  }

  #lose(half: Half): void {
    half.isLost = this.#isStream;
    this.#observation.count("not_understood", half.pending.length);
    half.pending.clear();
  }

  #packet(event: BytesEvent, bytes: Uint8Array): void {
    if (event.side === "client") this.#hmacBytes ??= openvpnHmacBytes(bytes);
    const packet = this.#hmacBytes === undefined ? undefined : decodeOpenvpnPacket(bytes, this.#hmacBytes);
    if (packet === undefined) {
      this.#observation.count("not_understood", bytes.length);
    } else if (packet === "data") {
      this.#observation.count("ciphertext", bytes.length);
      this.#hide(event, bytes.length);
    } else {
      this.#observation.count("tls_metadata", bytes.length - packet.payload.length);
      this.#piece(event, packet.number, packet.payload);
    }
  }

  #hide({ side, frame, offset }: BytesEvent, length: number): void {
    const half = this.#halves[side];
    half.hidden ??= { frame, offset, length: 0 };
    half.hidden.length += length;
    half.hiddenPackets += 1;
  }

  /** What came before, or has no number, is counted and not read again. */
  #piece(event: BytesEvent, number: number | undefined, payload: Uint8Array): void {
    const half = this.#halves[event.side];
    if (number === half.expected) {
      this.#deliver(event, half, payload);
      for (let next = half.held.get(half.expected); next !== undefined; next = half.held.get(half.expected)) {
        half.held.delete(half.expected);
        half.heldBytes -= next.length;
        this.#deliver(event, half, next);
      }
    } else if (number !== undefined && number > half.expected && half.held.size < MAX_HELD && !half.held.has(number)) {
      half.held.set(number, payload.slice());
      half.heldBytes += payload.length;
    } else this.#observation.count("tls_metadata", payload.length);
  }

  #deliver(event: BytesEvent, half: Half, bytes: Uint8Array): void {
    half.expected += 1;
    if (bytes.length === 0) return;
    this.#tls.push({ ...event, offset: half.tlsBytes, bytes });
    half.tlsBytes += bytes.length;
  }
}

/** Of the next packet; more than any where it is not there yet. */
function lengthOf(pending: ByteQueue): number {
  const [high, low] = [pending.peek(0), pending.peek(1)];
  return high === undefined || low === undefined ? Number.POSITIVE_INFINITY : (high << 8) | low;
}

function newHalf(): Half {
  return {
    pending: new ByteQueue(),
    isLost: false,
    expected: 0,
    held: new Map(),
    heldBytes: 0,
    tlsBytes: 0,
    hidden: undefined,
    hiddenPackets: 0,
  };
}
