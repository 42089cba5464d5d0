// Finds a connection's master secret of TLS 1.2 and before in a key log: as it is, by the session id, or from a pre-master secret.
import type { CipherSpec } from "./cipher-spec.js";
import { ExtensionType } from "./extension-names.js";
import type { KeyExchangeResult } from "./key-exchange.js";
import type { KeyLog } from "./key-log.js";
import { masterOfPremaster } from "./key-schedule.js";
import type { ServerHello } from "./server-hello.js";
import type { ClientOffer } from "./tls-session.js";

export interface FullHandshake extends Partial<KeyExchangeResult> {
  readonly offer: ClientOffer;
  readonly serverHello: ServerHello;
}

/** The secret as soon as the suite is known to be one that can be decrypted; undefined when the log does not have it. */
export function findMaster(keys: KeyLog, handshake: FullHandshake): ((spec: CipherSpec) => Uint8Array) | undefined {
  const { offer, serverHello, sessionHash } = handshake;
  const known = keys.secret("CLIENT_RANDOM", offer.random) ?? keys.secret("RSA Session-ID", serverHello.sessionId);
  if (known !== undefined) return () => known;
  const premaster = findPremaster(keys, handshake);
  const isExtended = serverHello.extensions.includes(ExtensionType.ExtendedMasterSecret);
  if (premaster === undefined || (isExtended && sessionHash === undefined)) return undefined;
  const { version, random: serverRandom } = serverHello;
  const input = { version, premaster, clientRandom: offer.random, serverRandom, sessionHash };
  return (spec) => masterOfPremaster(spec, input);
}

function findPremaster(keys: KeyLog, { offer, encryptedPremaster }: FullHandshake): Uint8Array | undefined {
  const own = keys.secret("PMS_CLIENT_RANDOM", offer.random);
  if (own !== undefined || encryptedPremaster === undefined) return own;
  return keys.secret("RSA", encryptedPremaster);
}
