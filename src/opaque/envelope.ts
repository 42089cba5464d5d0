// The envelope (RFC 9807, section 4): the client's key pair, derived from the password and never stored, and the proof of whose it is.
import { ascii, concat, equalSecrets, wipe, withLength } from "./byte-parts.js";
import type { CurveKey } from "./curve.js";
import { expand, extract, mac } from "./key-derivation.js";
import { OpaqueError } from "./opaque-error.js";
import { deriveDiffieHellmanKey } from "./oprf.js";
import { SIZES } from "./sizes.js";

/** Who the two are. RFC 9807 calls for one to 65,535 bytes each. */
export interface Identities {
  readonly client: Uint8Array;
  /** Default: the server's public key. */
  readonly server?: Uint8Array;
}

/** The key stretching function (RFC 9807, section 2.3): 32 bytes in, 32 out, slowly. */
export type Stretch = (input: Uint8Array) => Promise<Uint8Array>;

export interface OpenedEnvelope {
  readonly clientKey: CurveKey;
  readonly exportKey: Uint8Array;
}

/** randomized_password (RFC 9807, section 5.2.3 and 6.3.2.3). The output is overwritten. */
export async function randomizePassword(oprfOutput: Uint8Array, stretch: Stretch): Promise<Uint8Array> {
  try {
    const stretched = await stretch(oprfOutput);
    const randomized = extract(oprfOutput, stretched);
    wipe(stretched);
    return randomized;
  } finally {
    wipe(oprfOutput);
  }
}

export function maskingKeyOf(randomizedPassword: Uint8Array): Uint8Array {
  return expand(randomizedPassword, ascii("MaskingKey"));
}

/** Store (RFC 9807, section 4.1.2): the envelope, 64 bytes, and the client's public key. */
export function sealEnvelope(
  randomizedPassword: Uint8Array,
  nonce: Uint8Array,
  serverPublicKey: Uint8Array,
  identities: Identities,
): OpenedEnvelope & { readonly envelope: Uint8Array } {
  const tag = envelopeTag(randomizedPassword, nonce, serverPublicKey, identities);
  return { envelope: concat(nonce, tag), ...keysOf(randomizedPassword, nonce) };
}

/** Recover (RFC 9807, section 4.1.3). @throws OpaqueError `refused` when the envelope was not made with this password, server or identities. */
export function openEnvelope(
  randomizedPassword: Uint8Array,
  envelope: Uint8Array,
  serverPublicKey: Uint8Array,
  identities: Identities,
): OpenedEnvelope {
  const nonce = envelope.subarray(0, SIZES.nonce);
  const expected = envelopeTag(randomizedPassword, nonce, serverPublicKey, identities);
  if (!equalSecrets(expected, envelope.subarray(SIZES.nonce))) {
    throw new OpaqueError("refused", "the password, the account or the server is not the one that was registered");
  }
  return keysOf(randomizedPassword, nonce);
}

/** The two identities with their lengths, as the transcript and the envelope have them. */
export function encodeIdentities(identities: Identities, serverPublicKey: Uint8Array) {
  const server = identities.server ?? serverPublicKey;
  if (identities.client.length === 0 || server.length === 0) throw new OpaqueError("malformed", "an identity is empty");
  return { client: withLength(identities.client), server: withLength(server) };
}

function envelopeTag(
  randomizedPassword: Uint8Array,
  nonce: Uint8Array,
  serverPublicKey: Uint8Array,
  identities: Identities,
): Uint8Array {
  const { client, server } = encodeIdentities(identities, serverPublicKey);
  const authKey = expand(randomizedPassword, concat(nonce, ascii("AuthKey")));
  return mac(authKey, nonce, serverPublicKey, server, client);
}

function keysOf(randomizedPassword: Uint8Array, nonce: Uint8Array): OpenedEnvelope {
  const seed = expand(randomizedPassword, concat(nonce, ascii("PrivateKey")), SIZES.seed);
  const clientKey = deriveDiffieHellmanKey(seed);
  wipe(seed);
  return { clientKey, exportKey: expand(randomizedPassword, concat(nonce, ascii("ExportKey"))) };
}
