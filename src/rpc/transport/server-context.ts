// What a server's handshakes run with: its certificate, whom it asks for theirs, and how sessions resume (RFC 8446, 4.6.1).

import { constants, createHash, X509Certificate } from "node:crypto";
import * as tls from "node:tls";
import { ALPN_PROTOCOL } from "../../wire/protocol.js";
import { MAX_TIMER_MS } from "./ready-socket.js";
import { badTls, readAuthorities, type ServerTls, suiteOf } from "./tls-settings.js";

/** A client that comes back within this resumes; later it shakes hands in full and proves itself anew. */
const SESSION_LIFETIME_S = 60 * 60;
/** A client could make the server shake hands again and again within one TLS 1.2 connection. */
const NO_RENEGOTIATION = constants.SSL_OP_NO_RENEGOTIATION;

/** @throws RpcError INVALID_ARGUMENT `bad_options` when certificate, key or authorities cannot be used. */
export function serverTlsOptions(settings: ServerTls, handshakeTimeoutMs: number, ticketKeys: Buffer): tls.TlsOptions {
  const { cert, key, clientCa, clientCertificates } = settings;
  if (clientCertificates !== undefined && clientCa === undefined) {
    throw badTls("clientCertificates needs clientCa: the authorities that clients' certificates come from");
  }
  const context = { ...suiteOf(settings), ...readAuthorities(clientCa), cert, key, honorCipherOrder: true };
  try {
    new X509Certificate(cert); // Node would take an empty text, and then fail every handshake.
    tls.createSecureContext(context); // tls.createServer builds its own; this one only shows that it can.
  } catch (cause) {
    throw badTls("the server's certificate and key cannot be used: give matching, unencrypted PEM", cause);
  }
  return {
    ...context,
    secureOptions: NO_RENEGOTIATION,
    ALPNProtocols: [ALPN_PROTOCOL],
    handshakeTimeout: Math.min(handshakeTimeoutMs, MAX_TIMER_MS),
    requestCert: clientCa !== undefined,
    rejectUnauthorized: false, // Node would hang up without a word; clientRefusal() says why.
    sessionTimeout: SESSION_LIFETIME_S,
    sessionIdContext: sessionIdContext(settings),
    ticketKeys,
  };
}

/**
 * Sessions resume only under the rules for clients that they began with: a client's certificate is verified in full
 * handshakes alone, so a session must not outlive the authority that vouched for it.
 */
function sessionIdContext({ clientCa, clientCertificates }: ServerTls): string {
  return createHash("sha256")
    .update(`${clientCertificates ?? "required"} `)
    .update(clientCa ?? "")
    .digest("hex")
    .slice(0, 32);
}
