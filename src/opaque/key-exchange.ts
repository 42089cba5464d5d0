// 3DH (RFC 9807, section 6.4): what both sides said, and the keys and MACs that follow from it.
import { ascii, concat, wipe, withLength } from "./byte-parts.js";
import { encodeIdentities, type Identities } from "./envelope.js";
import { deriveSecret, expand, extract, hash, mac } from "./key-derivation.js";
import { SIZES } from "./sizes.js";

/** Everything that the preamble of RFC 9807, section 6.4.2.1 binds the keys to. */
export interface Transcript {
  readonly context: Uint8Array;
  readonly identities: Identities;
  readonly serverPublicKey: Uint8Array;
  readonly ke1: Uint8Array;
  readonly credentialResponse: Uint8Array;
  readonly serverNonce: Uint8Array;
  readonly serverKeyshare: Uint8Array;
}

export interface ExchangedKeys {
  /** In KE2. 32 bytes. */
  readonly serverMac: Uint8Array;
  /** KE3. 32 bytes. */
  readonly clientMac: Uint8Array;
  /** 32 bytes. */
  readonly sessionKey: Uint8Array;
}

/**
 * `products` are the three shared points, 33 bytes each: ephemeral both, static of the server, static of the client. They are
 * overwritten.
 */
export function exchangeKeys(products: readonly [Uint8Array, Uint8Array, Uint8Array], said: Transcript): ExchangedKeys {
  const preamble = encodePreamble(said);
  const preambleHash = hash(preamble);
  const extracted = extract(...products);
  const handshakeSecret = deriveSecret(extracted, "HandshakeSecret", preambleHash);
  const none = new Uint8Array(0);
  const serverMac = mac(deriveSecret(handshakeSecret, "ServerMAC", none), preambleHash);
  const clientMac = mac(deriveSecret(handshakeSecret, "ClientMAC", none), hash(preamble, serverMac));
  const sessionKey = deriveSecret(extracted, "SessionKey", preambleHash);
  wipe(extracted, handshakeSecret, ...products);
  return { serverMac, clientMac, sessionKey };
}

/** credential_response_pad (RFC 9807, section 6.3.2.2): hides whether a response belongs to an account. 97 bytes. */
export function credentialResponsePad(maskingKey: Uint8Array, maskingNonce: Uint8Array): Uint8Array {
  const info = concat(maskingNonce, ascii("CredentialResponsePad"));
  return expand(maskingKey, info, SIZES.point + SIZES.envelope);
}

function encodePreamble(said: Transcript): Uint8Array {
  const { client, server } = encodeIdentities(said.identities, said.serverPublicKey);
  const start = concat(ascii("OPAQUEv1-"), withLength(said.context), client, said.ke1, server);
  return concat(start, said.credentialResponse, said.serverNonce, said.serverKeyshare);
}
