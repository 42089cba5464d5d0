// Opens a conversation's records where a key log allows it, and says why where it does not: no keys, wrong keys, no such cipher.
import type { Side } from "../event.js";
import { NullCipher } from "./cbc-cipher.js";
import { type CipherSpec, cipherSpec } from "./cipher-spec.js";
import { encryptsNothing } from "./cipher-suite-names.js";
import { ExtensionType } from "./extension-names.js";
import type { KeyLog, SecretLabel } from "./key-log.js";
import { cipherOfSecret, ciphersOfMaster, dialectOf } from "./key-schedule.js";
import { findMaster } from "./master-secret.js";
import type { OpenedRecord, SealedRecord } from "./record-cipher.js";
import { type Opener, RecordOpener } from "./record-opener.js";
import type { TlsDirection } from "./tls-direction.js";
import { TlsError } from "./tls-error.js";
import type { TlsSession } from "./tls-session.js";
import { Tls13Opener } from "./tls13-opener.js";
import type { Voice, Where } from "./voice.js";

const SSL_3_0 = 0x0300;
const DTLS_1_3 = 0xfefc;
/** After so many records in a row that do not open, a direction is left alone. */
const MAX_FAILURES = 128;

interface SideKeys {
  /** Makes the opener once its secrets are in the key log; undefined before encryption begins. */
  make: (() => Opener | undefined) | undefined;
  opener: Opener | undefined;
  early: RecordOpener | undefined;
  /** Revision of the key log at which the opener was last looked for. */
  triedAt: number;
  failures: number;
  opened: number;
  isGivenUp: boolean;
}

export class Decryption {
  readonly #keys: KeyLog | undefined;
  readonly #session: TlsSession;
  readonly #voice: Voice;
  readonly #sides: Record<Side, SideKeys> = { client: noKeys(), server: noKeys() };
  #reason: string | undefined;

  constructor(keys: KeyLog | undefined, session: TlsSession, voice: Voice) {
    this.#keys = keys;
    this.#session = session;
    this.#voice = voice;
  }

  /** A side of TLS or DTLS 1.2 or before changed to the keys of the hellos seen last. */
  change(direction: TlsDirection): void {
    const { offer, serverHello, keyExchange } = this.#session;
    if (offer === undefined || serverHello === undefined) return;
    const hellos = { offer, serverHello, ...keyExchange?.result };
    const { side } = direction;
    const isNull = encryptsNothing(serverHello.cipherSuite);
    if (isNull) direction.records.keepsApplicationData = true;
    this.#sides[side] = noKeys();
    this.#sides[side].make = () => {
      const master = this.#keys === undefined ? undefined : findMaster(this.#keys, hellos);
      if (master === undefined && !isNull) return undefined;
      if (serverHello.version <= SSL_3_0) throw new TlsError("unsupported", "SSL 3.0 is not decrypted here");
      const spec = cipherSpec(serverHello.cipherSuite, false);
      const masterSecret = master?.(spec);
      if (masterSecret === undefined) return new RecordOpener(new NullCipher(spec, undefined));
      const ciphers = ciphersOfMaster(spec, {
        version: serverHello.version,
        masterSecret,
        clientRandom: offer.random,
        serverRandom: serverHello.random,
        encryptThenMac: serverHello.extensions.includes(ExtensionType.EncryptThenMac),
      });
      return new RecordOpener(ciphers[side]);
    };
  }

  /** Opens a protected record, or says once why it stays shut. */
  open(direction: TlsDirection, record: SealedRecord, where: Where): OpenedRecord | undefined {
    const keys = this.#sides[direction.side];
    if (keys.isGivenUp) return undefined;
    const opened = this.#openerOf(direction.side)?.open(record) ?? this.#openEarly(direction.side, record);
    if (opened !== undefined) {
      keys.failures = 0;
      keys.opened += 1;
      return opened;
    }
    this.#fail(direction, keys, where);
    return undefined;
  }

  /** Records of this side may have gone by unseen. */
  miss(side: Side, records: number): void {
    this.#sides[side].opener?.miss(records);
    this.#sides[side].early?.miss(records);
  }

  hasOpened(side: Side): boolean {
    return this.#sides[side].opened > 0;
  }

  /** Why nothing was opened, where a key log was given; told at the end, since a key log may grow. */
  finish(direction: TlsDirection): void {
    const first = direction.firstHidden;
    if (this.#keys === undefined || first === undefined || this.#sides[direction.side].opened > 0) return;
    this.#voice.find(direction.side, "metadata", this.#reason ?? this.#whyShut(), first);
  }

  #openerOf(side: Side): Opener | undefined {
    const keys = this.#sides[side];
    const revision = this.#keys?.revision ?? 0;
    if (keys.opener !== undefined || keys.triedAt === revision) return keys.opener;
    if (keys.make === undefined && !this.#session.isKeyed13) return undefined;
    keys.triedAt = revision;
    try {
      keys.opener = keys.make === undefined ? this.#makeTls13(side, keys.early) : keys.make();
      keys.opener?.pass(keys.failures);
    } catch (error) {
      if (!(error instanceof TlsError)) throw error;
      this.#reason = error.message;
      keys.isGivenUp = true;
    }
    return keys.opener;
  }

  #makeTls13(side: Side, early: RecordOpener | undefined): Opener | undefined {
    const { serverHello } = this.#session;
    if (serverHello === undefined) return undefined;
    const spec = cipherSpec(serverHello.cipherSuite, true);
    const handshake = this.#secret13(
      spec,
      side === "client" ? "CLIENT_HANDSHAKE_TRAFFIC_SECRET" : "SERVER_HANDSHAKE_TRAFFIC_SECRET",
    );
    const application = this.#secret13(spec, side === "client" ? "CLIENT_TRAFFIC_SECRET_0" : "SERVER_TRAFFIC_SECRET_0");
    if (application === undefined) return undefined;
    const first = early ?? this.#lateEarly(spec, side);
    return new Tls13Opener(spec, dialectOf(serverHello.version), first, handshake, application);
  }

  /** Early data that was seen only after the server's answer is under the suite of that answer. */
  #lateEarly(spec: CipherSpec, side: Side): RecordOpener | undefined {
    if (side !== "client" || this.#session.offer?.hasEarlyData !== true) {
      return undefined;
    }
    const secret = this.#secret13(spec, "CLIENT_EARLY_TRAFFIC_SECRET");
    return secret === undefined ? undefined : new RecordOpener(cipherOfSecret(spec, secret));
  }

  /** A secret is as long as the suite's hash; one of another length is not whole yet, or another connection's. */
  #secret13(spec: CipherSpec, label: SecretLabel): Uint8Array | undefined {
    const secret = this.#secret(label);
    return secret?.length === (spec.prfHash === "sha384" ? 48 : 32) ? secret : undefined;
  }

  // Early data comes before the server has named a suite: the one of the ticket is among those offered, and its tag tells.
  #openEarly(side: Side, record: SealedRecord): OpenedRecord | undefined {
    const keys = this.#sides[side];
    if (side !== "client" || this.#session.serverHello !== undefined) return undefined;
    if (keys.early !== undefined) return keys.early.open(record);
    const secret = this.#secret("CLIENT_EARLY_TRAFFIC_SECRET");
    if (secret === undefined) return undefined;
    for (const opener of this.#earlyOpeners(secret)) {
      const opened = opener.open(record);
      if (opened === undefined) continue;
      keys.early = opener;
      return opened;
    }
    return undefined;
  }

  #earlyOpeners(secret: Uint8Array): RecordOpener[] {
    const offered = new Set(this.#session.offer?.suites13);
    return [...offered].flatMap((suite) => {
      try {
        const spec = cipherSpec(suite, true);
        const isWhole = this.#secret13(spec, "CLIENT_EARLY_TRAFFIC_SECRET") === secret;
        return isWhole ? [new RecordOpener(cipherOfSecret(spec, secret))] : [];
      } catch {
        // A suite that this runtime lacks cannot be the one that opens.
        return [];
      }
    });
  }

  #secret(label: SecretLabel): Uint8Array | undefined {
    const random = this.#session.offer?.random;
    return random === undefined ? undefined : this.#keys?.secret(label, random);
  }

  #fail(direction: TlsDirection, keys: SideKeys, where: Where): void {
    keys.failures += 1;
    keys.opener?.miss(1);
    if (keys.failures >= MAX_FAILURES && keys.opener !== undefined) keys.isGivenUp = true;
    const what = "a record does not verify under the connection's keys: it is damaged or forged";
    if (keys.opened > 0 && direction.isNew(what)) this.#voice.find(direction.side, "damaged", what, where);
  }

  #whyShut(): string {
    const { offer, serverHello } = this.#session;
    if (offer === undefined || serverHello === undefined) return "not decrypted: the hellos were not seen";
    if (serverHello.version === DTLS_1_3) return "not decrypted: DTLS 1.3 is not decrypted here";
    const tried = this.#sides.client.opener !== undefined || this.#sides.server.opener !== undefined;
    if (!tried && this.#keys?.has(offer.random) !== true) {
      return "not decrypted: the key log has no secret of this connection";
    }
    if (!tried) return "not decrypted: the key log lacks secrets that this connection needs";
    return "not decrypted: the key log's secrets do not fit this connection (wrong keys)";
  }
}

function noKeys(): SideKeys {
  return {
    make: undefined,
    opener: undefined,
    early: undefined,
    triedAt: -1,
    failures: 0,
    opened: 0,
    isGivenUp: false,
  };
}
