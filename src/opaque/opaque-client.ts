// The client's side of OPAQUE-3DH (RFC 9807, sections 5 and 6). What leaves it tells nothing about the password.
import { concat, copy, equalSecrets, readMessage, wipe, xor } from "./byte-parts.js";
import { type CurveKey, CurvePoint } from "./curve.js";
import {
  type Identities,
  maskingKeyOf,
  openEnvelope,
  randomizePassword,
  type Stretch,
  sealEnvelope,
} from "./envelope.js";
import { credentialResponsePad, exchangeKeys } from "./key-exchange.js";
import { OpaqueError } from "./opaque-error.js";
import { type Blinded, blind, deriveDiffieHellmanKey, finalize } from "./oprf.js";
import { type Draw, drawSecurely } from "./random-draw.js";
import { SIZES } from "./sizes.js";

export type { Identities, Stretch } from "./envelope.js";

export interface Registration {
  /** For the server to keep, 129 bytes: public key 33, masking key 32, envelope 64. */
  readonly record: Uint8Array;
  /** 32 bytes that only this client can have, the same at every login. */
  readonly exportKey: Uint8Array;
  /** 33 bytes; to be pinned. */
  readonly serverPublicKey: Uint8Array;
}

export interface Login {
  /** The answer that proves the password, 32 bytes. */
  readonly ke3: Uint8Array;
  /** 32 bytes that only the two of them share. */
  readonly sessionKey: Uint8Array;
  /** As at registration. */
  readonly exportKey: Uint8Array;
  /** The key that the account was registered under, proved by the server. 33 bytes. */
  readonly serverPublicKey: Uint8Array;
}

/** A password under its blind, until the server's answer comes. */
class BlindedPassword {
  readonly #password: Uint8Array;
  readonly #blinded: Blinded;
  #isSpent = false;

  constructor(password: Uint8Array, draw: Draw) {
    this.#password = copy(password);
    this.#blinded = blind(this.#password, draw);
  }

  get element(): Uint8Array {
    return this.#blinded.element;
  }

  /** Once: the secrets are overwritten, whatever happens. */
  finalize(evaluated: Uint8Array): Uint8Array {
    if (this.#isSpent) throw new OpaqueError("spent", "a start can be finished once");
    this.#isSpent = true;
    try {
      return finalize(this.#password, this.#blinded.blind, evaluated);
    } finally {
      wipe(this.#password, this.#blinded.blind);
    }
  }
}

/** Registration (RFC 9807, section 5.2). `draw` is for test vectors only. */
export class RegistrationStart {
  /** For the server, 33 bytes. */
  readonly request: Uint8Array;
  readonly #password: BlindedPassword;
  readonly #draw: Draw;

  /** The password is copied, and the copy overwritten by `finish`. */
  constructor(password: Uint8Array, draw: Draw = drawSecurely) {
    this.#draw = draw;
    this.#password = new BlindedPassword(password, draw);
    this.request = this.#password.element;
  }

  /**
   * Makes the record of the server's answer (66 bytes). A server that answers falsely is found out at login, not here.
   * @throws OpaqueError `malformed` when the answer cannot be decoded, `spent` the second time.
   */
  async finish(response: Uint8Array, identities: Identities, stretch: Stretch): Promise<Registration> {
    const reader = readMessage("a registration response", response, SIZES.registrationResponse);
    const evaluated = reader.bytes(SIZES.point);
    const serverPublicKey = CurvePoint.decode(reader.bytes(SIZES.point)).bytes;
    const randomized = await randomizePassword(this.#password.finalize(evaluated), stretch);
    const nonce = this.#draw("envelope nonce", SIZES.nonce);
    const { clientKey, envelope, exportKey } = sealEnvelope(randomized, nonce, serverPublicKey, identities);
    const record = concat(clientKey.publicKey, maskingKeyOf(randomized), envelope);
    wipe(randomized);
    return { record, exportKey, serverPublicKey };
  }
}

/** Login (RFC 9807, sections 6.3 and 6.4). `draw` is for test vectors only. */
export class LoginStart {
  /** For the server, 98 bytes. */
  readonly ke1: Uint8Array;
  readonly #password: BlindedPassword;
  readonly #context: Uint8Array;
  readonly #ephemeral: CurveKey;

  /** `context` (at most 65,535 bytes) must be the server's; the password is copied, and the copy overwritten by `finish`. */
  constructor(password: Uint8Array, context: Uint8Array, draw: Draw = drawSecurely) {
    this.#context = context;
    this.#password = new BlindedPassword(password, draw);
    const nonce = draw("client nonce", SIZES.nonce);
    this.#ephemeral = deriveDiffieHellmanKey(draw("client keyshare seed", SIZES.seed));
    this.ke1 = concat(this.#password.element, nonce, this.#ephemeral.publicKey);
  }

  /**
   * Opens the server's answer (259 bytes) and proves the password by `ke3`.
   * @throws OpaqueError `malformed` when the answer cannot be decoded; `refused` when the password is wrong, there is no such
   * account, the server is another one or a message was changed; `spent` the second time.
   */
  async finish(ke2: Uint8Array, identities: Identities, stretch: Stretch): Promise<Login> {
    const reader = readMessage("KE2", ke2, SIZES.ke2);
    const credentialResponse = reader.bytes(SIZES.credentialResponse);
    const serverNonce = reader.bytes(SIZES.nonce);
    const serverKeyshare = reader.bytes(SIZES.point);
    const serverMac = reader.bytes(SIZES.hash);
    const serverEphemeral = CurvePoint.decode(serverKeyshare);
    const { clientKey, exportKey, serverPublicKey } = await this.#recover(credentialResponse, identities, stretch);
    const said = { ke1: this.ke1, credentialResponse, serverNonce, serverKeyshare };
    const keys = exchangeKeys(
      [
        this.#ephemeral.multiply(serverEphemeral),
        this.#ephemeral.multiply(CurvePoint.decode(serverPublicKey)),
        clientKey.multiply(serverEphemeral),
      ],
      { context: this.#context, identities, serverPublicKey, ...said },
    );
    if (!equalSecrets(keys.serverMac, serverMac)) throw new OpaqueError("refused", "the server did not prove its key");
    return { ke3: keys.clientMac, sessionKey: keys.sessionKey, exportKey, serverPublicKey };
  }

  /** RecoverCredentials (RFC 9807, section 6.3.2.3). */
  async #recover(credentialResponse: Uint8Array, identities: Identities, stretch: Stretch) {
    const reader = readMessage("a credential response", credentialResponse, SIZES.credentialResponse);
    const evaluated = reader.bytes(SIZES.point);
    const maskingNonce = reader.bytes(SIZES.nonce);
    const randomized = await randomizePassword(this.#password.finalize(evaluated), stretch);
    const unmasked = xor(reader.rest(), credentialResponsePad(maskingKeyOf(randomized), maskingNonce));
    const serverPublicKey = copy(unmasked.subarray(0, SIZES.point));
    const opened = openEnvelope(randomized, unmasked.subarray(SIZES.point), serverPublicKey, identities);
    wipe(randomized);
    return { ...opened, serverPublicKey };
  }
}
