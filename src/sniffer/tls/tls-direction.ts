// What is known of one side of a TLS conversation while it is watched.
import type { Evidence, Side } from "../event.js";
import { HandshakeJoiner, type HandshakeLimits } from "./handshake-joiner.js";
import { HandshakeType, handshakeTypeName } from "./names.js";
import { RecordStream } from "./record-stream.js";

/**
 * "clear" until the side changes to encryption (TLS 1.2 and before; in TLS 1.3 the content type says it all),
 * "unknown" after a hole or in a stream joined midway, until a record tells.
 */
export type Epoch = "clear" | "encrypted" | "unknown";

/** Kinds of damage told per side. A peer chooses what its damage says, so it must not choose how much is kept. */
const MAX_REMEMBERED = 64;

export class TlsDirection {
  readonly side: Side;
  readonly records: RecordStream;
  readonly #limits: HandshakeLimits;
  #joiner: HandshakeJoiner | undefined;
  epoch: Epoch;
  /** Set once a clear handshake turned out to be rubbish: later handshake records are not read. */
  isOpaque = false;
  /** Handshake records since encryption began; the first is Finished. */
  encryptedHandshakes = 0;
  /** Holes so far. */
  holes = 0;
  #said: Set<string> | undefined;
  #hidden: Evidence | undefined;
  hiddenRecords = 0;
  hiddenBytes = 0;

  constructor(side: Side, midstream: boolean, limits: HandshakeLimits) {
    this.side = side;
    this.records = new RecordStream({ midstream, maySpeakSslV2: side === "client" });
    this.#limits = limits;
    this.epoch = midstream ? "unknown" : "clear";
  }

  /** Made with the first handshake record: a flood of connections mostly stops before it. */
  get joiner(): HandshakeJoiner {
    this.#joiner ??= new HandshakeJoiner(this.#limits);
    return this.#joiner;
  }

  get heldBytes(): number {
    return this.#joiner?.heldBytes ?? 0;
  }

  /** True when a handshake message has begun and not ended. */
  get isMidMessage(): boolean {
    return this.#joiner?.isMidMessage === true;
  }

  /** Where application data began to flow unread. */
  get firstHidden(): Evidence | undefined {
    return this.#hidden;
  }

  hide(evidence: Evidence): void {
    this.#hidden ??= evidence;
    this.hiddenRecords += 1;
    this.hiddenBytes += evidence.length;
  }

  /** True the first time; findings that could come with every record are told once, and only so many at all. */
  isNew(what: string): boolean {
    this.#said ??= new Set();
    if (this.#said.has(what) || this.#said.size >= MAX_REMEMBERED) return false;
    this.#said.add(what);
    return true;
  }

  /** After a hole nothing is known of message boundaries, nor whether encryption began meanwhile. */
  loseTrack(): void {
    this.#joiner = undefined;
    if (this.epoch === "clear") this.epoch = "unknown";
  }
}

/**
 * Whether a handshake record's fragment begins with a message in the clear: a known type whose length agrees with the
 * record. A hello request is all zeros, as explicit nonces are, so it does not count.
 */
export function opensClearHandshake(fragment: Uint8Array): boolean {
  if (opensHello(fragment)) return true;
  const type = fragment[0] ?? 0;
  if (type === HandshakeType.HelloRequest || handshakeTypeName(type).startsWith("handshake type")) return false;
  const length = ((fragment[1] ?? 0xff) << 16) | ((fragment[2] ?? 0) << 8) | (fragment[3] ?? 0);
  const rest = fragment.length - 4 - length;
  if (rest === 0) return true;
  // Another message follows, or a chain of certificates goes on in the next record.
  return rest > 0
    ? opensClearHandshake(fragment.subarray(4 + length))
    : type === HandshakeType.Certificate && length < 0x20000;
}

/** A hello may go on in further records: type, a length below 2^16 and the version's first byte, as far as they are
 * there. What is encrypted has 16 bytes at the least, so that all five are there, and looks so once in 10^7. */
function opensHello(fragment: Uint8Array): boolean {
  const [type, lengthHigh = 0, , , major = 3] = fragment;
  if (type !== HandshakeType.ClientHello && type !== HandshakeType.ServerHello) return false;
  return lengthHigh === 0 && major === 3;
}
