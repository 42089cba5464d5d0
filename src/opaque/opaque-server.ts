// The server's side of OPAQUE-3DH (RFC 9807, sections 5 and 6): keeps no state of its own between messages.
import { concat, copy, equalSecrets, readMessage, wipe, xor } from "./byte-parts.js";
import { CurveKey, CurvePoint } from "./curve.js";
import type { Identities } from "./envelope.js";
import { credentialResponsePad, exchangeKeys } from "./key-exchange.js";
import { blindEvaluate, deriveDiffieHellmanKey, deriveKey, deriveOprfKey } from "./oprf.js";
import { type Draw, drawSecurely } from "./random-draw.js";
import { SIZES } from "./sizes.js";

/** What every account depends on: lose them and all accounts are lost; leak them and records can be guessed at offline. */
export interface ServerKeys {
  /** 32 bytes. */
  readonly oprfSeed: Uint8Array;
  /** 32 bytes. */
  readonly privateKey: Uint8Array;
}

export interface LoginRequest {
  /** From the client, 98 bytes. */
  readonly ke1: Uint8Array;
  /** What registration left, 129 bytes; undefined where there is no such account, which then looks like a wrong password. */
  readonly record: Uint8Array | undefined;
  /** As at registration. */
  readonly credentialIdentifier: Uint8Array;
  readonly identities: Identities;
}

export interface LoginAnswer {
  /** For the client, 259 bytes. */
  readonly ke2: Uint8Array;
  /** What the client will send if it knows the password, 32 bytes: keep it, compare by `OpaqueServer.isRight`. */
  readonly expectedKe3: Uint8Array;
  /** 32 bytes; nothing may be done under it before KE3 was right. */
  readonly sessionKey: Uint8Array;
}

export class OpaqueServer {
  /** 33 bytes. */
  readonly publicKey: Uint8Array;
  readonly #oprfSeed: Uint8Array;
  readonly #key: CurveKey;
  readonly #context: Uint8Array;
  readonly #draw: Draw;
  /** Made once, so that unknown names take the time of known ones (RFC 9807, section 6.3.2.2 and 10.9). Nobody has its private key. */
  readonly #fakeRecord: Uint8Array;

  /**
   * `context` (at most 65,535 bytes) names the application; `draw` is for test vectors only.
   * @throws OpaqueError `malformed` when the keys are not 32 bytes each, or the private key is out of range.
   */
  constructor(keys: ServerKeys, context: Uint8Array, draw: Draw = drawSecurely) {
    this.#oprfSeed = copy(readMessage("the OPRF seed", keys.oprfSeed, SIZES.seed).rest());
    this.#key = new CurveKey(keys.privateKey);
    this.publicKey = this.#key.publicKey;
    this.#context = context;
    this.#draw = draw;
    const nobody = deriveDiffieHellmanKey(drawSecurely("server keyshare seed", SIZES.seed)).publicKey;
    this.#fakeRecord = concat(nobody, drawSecurely("masking nonce", SIZES.hash), new Uint8Array(SIZES.envelope));
  }

  static newKeys(): ServerKeys {
    const seed = drawSecurely("server keyshare seed", SIZES.seed);
    const privateKey = deriveKey(seed, "OPAQUE-DeriveDiffieHellmanKeyPair");
    wipe(seed);
    return { oprfSeed: drawSecurely("server nonce", SIZES.seed), privateKey };
  }

  /** True when `ke3` is what was expected, in constant time. */
  static isRight(expectedKe3: Uint8Array, ke3: Uint8Array): boolean {
    return equalSecrets(expectedKe3, ke3);
  }

  /**
   * CreateRegistrationResponse (RFC 9807, section 5.2.2), 66 bytes. `credentialIdentifier` is the account's for ever: it
   * chooses its OPRF key.
   * @throws OpaqueError `malformed` when the request (33 bytes) is no point.
   */
  register(request: Uint8Array, credentialIdentifier: Uint8Array): Uint8Array {
    const element = readMessage("a registration request", request, SIZES.registrationRequest).rest();
    return concat(this.#evaluate(element, credentialIdentifier), this.publicKey);
  }

  /** @throws OpaqueError `malformed` unless the record has 129 bytes and begins with a point: what to store must pass this. */
  checkRecord(record: Uint8Array): void {
    CurvePoint.decode(readMessage("a record", record, SIZES.record).bytes(SIZES.point));
  }

  /**
   * GenerateKE2 (RFC 9807, section 6.2.2). Some 1.5 ms of CPU, no slow hash.
   * @throws OpaqueError `malformed` when KE1 or the record cannot be decoded.
   */
  startLogin(login: LoginRequest): LoginAnswer {
    const reader = readMessage("KE1", login.ke1, SIZES.ke1);
    const blindedElement = reader.bytes(SIZES.point);
    reader.skip(SIZES.nonce);
    const clientEphemeral = CurvePoint.decode(reader.bytes(SIZES.point));
    const record = readMessage("a record", login.record ?? this.#fakeRecord, SIZES.record);
    const clientPublicKey = CurvePoint.decode(record.bytes(SIZES.point));

    const evaluated = this.#evaluate(blindedElement, login.credentialIdentifier);
    const maskingNonce = this.#draw("masking nonce", SIZES.nonce);
    const pad = credentialResponsePad(record.bytes(SIZES.hash), maskingNonce);
    const credentialResponse = concat(evaluated, maskingNonce, xor(concat(this.publicKey, record.rest()), pad));

    const serverNonce = this.#draw("server nonce", SIZES.nonce);
    const ephemeral = deriveDiffieHellmanKey(this.#draw("server keyshare seed", SIZES.seed));
    const said = { ke1: login.ke1, credentialResponse, serverNonce, serverKeyshare: ephemeral.publicKey };
    const keys = exchangeKeys(
      [ephemeral.multiply(clientEphemeral), this.#key.multiply(clientEphemeral), ephemeral.multiply(clientPublicKey)],
      { context: this.#context, identities: login.identities, serverPublicKey: this.publicKey, ...said },
    );
    return {
      ke2: concat(credentialResponse, serverNonce, said.serverKeyshare, keys.serverMac),
      expectedKe3: keys.clientMac,
      sessionKey: keys.sessionKey,
    };
  }

  #evaluate(element: Uint8Array, credentialIdentifier: Uint8Array): Uint8Array {
    const key = deriveOprfKey(this.#oprfSeed, credentialIdentifier);
    try {
      return blindEvaluate(key, element);
    } finally {
      wipe(key);
    }
  }
}
