// How a client judges a server: authority, name and pin, in full handshakes and in resumed ones alike.

import { createHash, X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import * as tls from "node:tls";
import { ALPN_PROTOCOL } from "../../wire/protocol.js";
import { StatusCode } from "../../wire/status-code.js";
import { type Reason, RpcError } from "../rpc-error.js";
import { isOutOfDate, publicKeyPin } from "./peer-certificate.js";
import { fromSocketError } from "./socket-error.js";
import { badTls, type ClientTls, readAuthorities, suiteOf } from "./tls-settings.js";

/**
 * What `tls.connect` needs for these settings and host. Whether to trust is decided by {@link serverRefusal} later.
 * `readCertificate` gives the server's certificate once the handshake is done.
 */
export function clientTlsOptions(
  settings: ClientTls,
  host: string,
  readCertificate: () => X509Certificate | undefined,
): tls.ConnectionOptions {
  const name = settings.serverName ?? host;
  return {
    secureContext: sharedContext(settings),
    ALPNProtocols: [ALPN_PROTOCOL],
    // SNI carries names only, never addresses (RFC 6066, section 3).
    ...(isIP(name) === 0 ? { servername: name } : {}),
    checkServerIdentity: () => (checksName(settings) ? nameError(name, readCertificate()) : undefined),
    rejectUnauthorized: checksChain(settings),
  };
}

/**
 * Why a finished handshake must not be used, or undefined. Call it before the first byte is written. `readCertificate` gives
 * the server's, for a resumed handshake that of the full one it goes back to.
 */
export function serverRefusal(
  socket: tls.TLSSocket,
  readCertificate: () => X509Certificate | undefined,
  settings: ClientTls,
  host: string,
): RpcError | undefined {
  if (socket.alpnProtocol !== ALPN_PROTOCOL) {
    return refusal("alpn_mismatch", `the server does not speak ${ALPN_PROTOCOL}`);
  }
  const resumed = socket.isSessionReused();
  if (settings.pin === undefined && !resumed) {
    return undefined; // Node has verified authority, dates and name.
  }
  const certificate = readCertificate();
  if (certificate === undefined) {
    return refusal("server_not_trusted", "the server has no certificate");
  }
  return (
    pinRefusal(certificate, settings) ?? (resumed ? resumedRefusal(socket, certificate, settings, host) : undefined)
  );
}

/** Everything that trust depends on, as one text: two connections with the same text judge a server the same way. */
export function trustKey(settings: ClientTls, host: string): string {
  const { ca, pin, insecure, serverName, cert, key } = settings;
  const { minVersion, maxVersion } = suiteOf(settings);
  const name = serverName ?? host;
  return JSON.stringify([name, pin, insecure, digest(ca), digest(cert), digest(key), minVersion, maxVersion]);
}

function pinRefusal(certificate: X509Certificate, { pin }: ClientTls): RpcError | undefined {
  const found = pin === undefined ? undefined : publicKeyPin(certificate);
  if (found === pin) {
    return undefined;
  }
  const message = `the server's identity changed: its key is sha256/${found}, expected sha256/${pin}; if that is unexpected, someone may be in between`;
  return refusal("server_identity_changed", message);
}

/** Of a resumed session Node looks at neither name nor dates, only at what the full handshake found about its chain. */
function resumedRefusal(
  { authorized }: tls.TLSSocket,
  certificate: X509Certificate,
  settings: ClientTls,
  host: string,
): RpcError | undefined {
  if (checksChain(settings) && !authorized) {
    return refusal("server_not_trusted", "the resumed session is one of a server that is not trusted");
  }
  if (checksChain(settings) && isOutOfDate(certificate)) {
    return refusal("certificate_expired", "the certificate of the resumed session is out of date");
  }
  const mismatch = checksName(settings) ? nameError(settings.serverName ?? host, certificate) : undefined;
  return mismatch === undefined ? undefined : fromSocketError(mismatch, host, "not_sent");
}

/** Whether the certificate is for that name or address (RFC 9525). */
function nameError(name: string, certificate: X509Certificate | undefined): Error | undefined {
  if (certificate === undefined) {
    return new Error("the server has no certificate");
  }
  // Node 22.23 compares addresses as texts, and finds no IPv6 one. OpenSSL compares them as bytes.
  if (isIP(name) !== 0 && certificate.checkIP(name) !== undefined) {
    return undefined;
  }
  return hasAlternativeName(name, certificate)
    ? undefined
    : tls.checkServerIdentity(name, certificate.toLegacyObject());
}

/** Mostly this settles it, and the rest of the certificate need not be taken apart. */
function hasAlternativeName(name: string, { subjectAltName }: X509Certificate): boolean {
  if (subjectAltName === undefined) {
    return false;
  }
  const names = { subject: {}, subjectaltname: subjectAltName };
  return tls.checkServerIdentity(name, names as tls.PeerCertificate) === undefined; // It reads no other part.
}

function refusal(reason: Reason, message: string): RpcError {
  return new RpcError(StatusCode.UNAVAILABLE, message, { reason, delivery: "not_sent" });
}

function checksChain(settings: ClientTls): boolean {
  return settings.insecure !== true && (settings.pin === undefined || settings.ca !== undefined);
}

function checksName(settings: ClientTls): boolean {
  return settings.insecure !== true && settings.pin === undefined;
}

/** Building a context parses every authority, which costs a third of a new connection: those in use are kept. */
const contexts = new Map<string, tls.SecureContext>();
const MAX_CONTEXTS = 16;

function sharedContext(settings: ClientTls): tls.SecureContext {
  const { ca, cert, key } = settings;
  const suite = suiteOf(settings);
  const id = [suite.minVersion, suite.maxVersion, digest(ca), digest(cert), digest(key)].join(" ");
  const known = contexts.get(id);
  if (known !== undefined) {
    return known;
  }
  const context = tls.createSecureContext({ ...suite, ...readAuthorities(ca), ...readIdentity(settings) });
  if (contexts.size >= MAX_CONTEXTS) {
    contexts.clear();
  }
  contexts.set(id, context);
  return context;
}

/** The client's own certificate and key. */
function readIdentity({ cert, key }: ClientTls): Pick<tls.SecureContextOptions, "cert" | "key"> {
  if ((cert === undefined) !== (key === undefined)) {
    throw badTls("give cert and key together, or neither");
  }
  if (cert === undefined || key === undefined) {
    return {};
  }
  try {
    new X509Certificate(cert);
    tls.createSecureContext({ cert, key });
    return { cert, key };
  } catch (cause) {
    throw badTls("the client's certificate and key cannot be used: give matching, unencrypted PEM", cause);
  }
}

function digest(pem: string | Buffer | undefined): string {
  return pem === undefined ? "" : createHash("sha256").update(pem).digest("base64");
}
