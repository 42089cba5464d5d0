// What a pre-master secret of a key log needs beside it: what RSA made of it, and the handshake's hash where the extended
// master secret is agreed on (RFC 7627 section 3). Kept only where there is a key log.
import { createHash, type Hash } from "node:crypto";
import { prfHashOf } from "./cipher-spec.js";
import { ExtensionType } from "./extension-names.js";
import type { HandshakeMessage } from "./handshake-joiner.js";
import { HandshakeType, isTls13 } from "./names.js";
import type { ServerHello } from "./server-hello.js";

const TLS_1_2 = 0x0303;
/** So much of the encrypted pre-master secret is what a key log names it by. */
const NAMED_BYTES = 8;

export interface KeyExchangeResult {
  /** First bytes of the encrypted pre-master secret, if it was RSA's. */
  readonly encryptedPremaster: Uint8Array | undefined;
  /** undefined too where the handshake was not seen from its beginning. */
  readonly sessionHash: Uint8Array | undefined;
}

const NOTHING: KeyExchangeResult = { encryptedPremaster: undefined, sessionHash: undefined };

export class KeyExchange {
  #clientHello: Uint8Array | undefined;
  /** One of TLS 1.2, MD5 and SHA-1 of its forerunners; undefined before the server hello and after the key exchange. */
  #hashes: Hash[] | undefined;
  #result: KeyExchangeResult = NOTHING;

  /** Of the handshake that was seen last; another one makes another. */
  get result(): KeyExchangeResult {
    return this.#result;
  }

  /** Takes the clear handshake messages of both sides, in the order in which they came. */
  take({ type, body, whole }: HandshakeMessage): void {
    if (type === HandshakeType.HelloRequest) return;
    if (type === HandshakeType.ClientHello) this.#restart(whole);
    for (const hash of this.#hashes ?? []) hash.update(whole);
    if (type !== HandshakeType.ClientKeyExchange) return;
    // Two bytes of length come first; what Diffie-Hellman sends here is in no key log.
    const encryptedPremaster = Uint8Array.from(body.subarray(2, 2 + NAMED_BYTES));
    const sessionHash = this.#hashes && Buffer.concat(this.#hashes.map((hash) => hash.digest()));
    this.#result = { encryptedPremaster, sessionHash };
    this.#hashes = undefined;
  }

  /** The server's choice tells which hashes, if any; to be told once its hello was taken. */
  choose(hello: ServerHello, { whole }: HandshakeMessage): void {
    const first = this.#clientHello;
    this.#clientHello = undefined;
    const isExtended = hello.extensions.includes(ExtensionType.ExtendedMasterSecret) && !isTls13(hello.version);
    if (first === undefined || !isExtended) return;
    const names = hello.version >= TLS_1_2 ? [prfHashOf(hello.cipherSuite)] : ["md5", "sha1"];
    this.#hashes = names.map((name) => createHash(name).update(first).update(whole));
  }

  #restart(clientHello: Uint8Array): void {
    this.#clientHello = Uint8Array.from(clientHello);
    this.#hashes = undefined;
    this.#result = NOTHING;
  }
}
