// Opens QUIC's packets behind the Initial ones where a key log allows it (RFC 9001 sections 5 and 6).
import type { Side } from "../event.js";
import { type CipherSpec, cipherSpec } from "./cipher-spec.js";
import type { KeyLog, SecretLabel } from "./key-log.js";
import {
  keyPhaseOf,
  nextPhaseSecret,
  openHeader,
  openPayload,
  type PacketKeys,
  type ProtectedPacket,
  packetKeys,
} from "./quic-protection.js";
import type { QuicLongKind, QuicVersion } from "./quic-version.js";
import { TlsError } from "./tls-error.js";
import type { TlsSession } from "./tls-session.js";

/** Which keys a packet is under; "short" is what comes after the handshake. */
export type SealedKind = Extract<QuicLongKind, "early" | "handshake"> | "short";

/** After so many packets that do not open, a secret is taken to be wrong: each try derives its keys anew. */
const MAX_TRIES = 128;

const LABELS: Record<Side, Record<SealedKind, SecretLabel | undefined>> = {
  client: {
    early: "CLIENT_EARLY_TRAFFIC_SECRET",
    handshake: "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
    short: "CLIENT_TRAFFIC_SECRET_0",
  },
  server: { early: undefined, handshake: "SERVER_HANDSHAKE_TRAFFIC_SECRET", short: "SERVER_TRAFFIC_SECRET_0" },
};

export class QuicDecryption {
  readonly #keys: KeyLog | undefined;
  readonly #session: TlsSession;
  readonly #openers = new Map<SecretLabel, QuicOpener>();
  readonly #tries = new Map<SecretLabel, number>();
  readonly #opened: Record<Side, boolean> = { client: false, server: false };

  constructor(keys: KeyLog | undefined, session: TlsSession) {
    this.#keys = keys;
    this.#session = session;
  }

  hasOpened(side: Side): boolean {
    return this.#opened[side];
  }

  /** The packet's frames; undefined without its keys, or when it does not verify under them. */
  open(side: Side, kind: SealedKind, version: QuicVersion, packet: ProtectedPacket): Uint8Array | undefined {
    const label = LABELS[side][kind];
    const random = this.#session.offer?.random;
    const secret = label && random && this.#keys?.secret(label, random);
    if (label === undefined || secret === undefined) return undefined;
    const payload = this.#openers.get(label)?.open(packet) ?? this.#openNew(label, version, secret, packet);
    if (payload !== undefined) this.#opened[side] = true;
    return payload;
  }

  // Early data comes before the server has named a suite: the one of the ticket is among those offered, and its tag tells.
  #openNew(
    label: SecretLabel,
    version: QuicVersion,
    secret: Uint8Array,
    packet: ProtectedPacket,
  ): Uint8Array | undefined {
    const tries = this.#tries.get(label) ?? 0;
    if (this.#openers.has(label) || tries >= MAX_TRIES) return undefined;
    this.#tries.set(label, tries + 1);
    for (const spec of this.#specs(secret.length)) {
      const opener = new QuicOpener(version, spec, secret);
      const payload = opener.open(packet);
      if (payload === undefined) continue;
      this.#openers.set(label, opener);
      return payload;
    }
    return undefined;
  }

  #specs(secretBytes: number): CipherSpec[] {
    const { offer, serverHello, isKeyed13 } = this.#session;
    const suites = serverHello !== undefined && isKeyed13 ? [serverHello.cipherSuite] : (offer?.suites13 ?? []);
    return [...new Set(suites)].flatMap((suite) => {
      try {
        const spec = cipherSpec(suite, true);
        return secretBytes === (spec.prfHash === "sha384" ? 48 : 32) ? [spec] : [];
      } catch (error) {
        // A suite that this runtime lacks stays shut.
        if (!(error instanceof TlsError)) throw error;
        return [];
      }
    });
  }
}

/** One direction's packets under one secret, and those that follow from it by key updates. */
class QuicOpener {
  readonly #version: QuicVersion;
  readonly #spec: CipherSpec;
  #secret: Uint8Array;
  #keys: PacketKeys;
  #phase = 0;
  #expected = 0;

  constructor(version: QuicVersion, spec: CipherSpec, secret: Uint8Array) {
    this.#version = version;
    this.#spec = spec;
    this.#secret = secret;
    this.#keys = packetKeys(version, spec, secret);
  }

  open(packet: ProtectedPacket): Uint8Array | undefined {
    const header = openHeader(packet, this.#keys);
    if (header === undefined) return undefined;
    const isLong = ((header[0] ?? 0) & 0x80) !== 0;
    if (!isLong && keyPhaseOf(header) !== this.#phase) return this.#openUpdated(packet, header);
    return this.#take(openPayload(packet, header, this.#keys, this.#expected));
  }

  #openUpdated(packet: ProtectedPacket, header: Uint8Array): Uint8Array | undefined {
    const secret = nextPhaseSecret(this.#version, this.#spec, this.#secret);
    const { headerKey } = this.#keys;
    const keys = { ...packetKeys(this.#version, this.#spec, secret), headerKey };
    const payload = this.#take(openPayload(packet, header, keys, this.#expected));
    if (payload === undefined) return undefined;
    this.#phase = keyPhaseOf(header);
    this.#secret = secret;
    this.#keys = keys;
    return payload;
  }

  #take(opened: ReturnType<typeof openPayload>): Uint8Array | undefined {
    if (opened !== undefined) this.#expected = Math.max(this.#expected, opened.number + 1);
    return opened?.payload;
  }
}
