// Every choice about TLS (RFC 8446) in one place: versions, suites, ALPN (RFC 7301), and how a server is trusted.

import { createHash, X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import * as tls from "node:tls";
import { ALPN_PROTOCOL } from "../../wire/protocol.js";
import { StatusCode } from "../../wire/status-code.js";
import { RpcError } from "../rpc-error.js";

export type TlsVersion = "TLSv1.2" | "TLSv1.3";

export interface ServerTls {
  /** PEM: the server's certificate, then its chain. */
  readonly cert: string | Buffer;
  /** PEM, not encrypted. */
  readonly key: string | Buffer;
  /** Default TLSv1.3. */
  readonly minVersion?: TlsVersion | undefined;
  readonly maxVersion?: TlsVersion | undefined;
}

/** How a client trusts a server. Without any field: the authorities that Node ships, and the name must match. */
export interface ClientTls {
  /** PEM of the authorities to trust in place of those that Node ships. */
  readonly ca?: string | Buffer | undefined;
  /** The name (or address) that the certificate must carry, and the SNI. Default: the host that is dialled. */
  readonly serverName?: string | undefined;
  /**
   * Base64 SHA-256 of the certificate's SubjectPublicKeyInfo (RFC 7469, section 2.4), compared before a byte of ours is
   * sent. It stands in place of authority and name, as a known host does in ssh; with `ca` given too, both must hold.
   */
  readonly pin?: string | undefined;
  /** Trust whoever answers. For demonstrations of what then happens. */
  readonly insecure?: true | undefined;
  /** Default TLSv1.3, or `maxVersion` where that is lower. */
  readonly minVersion?: TlsVersion | undefined;
  readonly maxVersion?: TlsVersion | undefined;
  /** Gets each line of an NSS key log (RFC 9850), with which a recording of this connection can be decrypted. */
  readonly onKeylog?: ((line: Buffer) => void) | undefined;
}

/** The three suites of TLS 1.3, then for 1.2 only those with forward secrecy and authenticated encryption. */
const CIPHERS = [
  "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256",
  "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256",
  "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384",
  "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305",
].join(":");

/** @throws RpcError INVALID_ARGUMENT `bad_options` when certificate and key cannot be used. */
export function serverTlsOptions(settings: ServerTls, handshakeTimeoutMs: number): tls.TlsOptions {
  const { cert, key } = settings;
  const context = { cert, key, ciphers: CIPHERS, honorCipherOrder: true, ...versions(settings) };
  try {
    tls.createSecureContext(context); // tls.createServer builds its own; this one only shows that it can.
    return { ...context, ALPNProtocols: [ALPN_PROTOCOL], handshakeTimeout: handshakeTimeoutMs };
  } catch (cause) {
    throw badOptions("the server's certificate and key cannot be used: give matching, unencrypted PEM", cause);
  }
}

/** What `tls.connect` needs for these settings and host. Whether to trust is decided by {@link serverRefusal} later. */
export function clientTlsOptions(settings: ClientTls, host: string): tls.ConnectionOptions {
  const name = settings.serverName ?? host;
  return {
    secureContext: sharedContext(settings),
    ALPNProtocols: [ALPN_PROTOCOL],
    // SNI carries names only, never addresses (RFC 6066, section 3).
    ...(isIP(name) === 0 ? { servername: name } : {}),
    checkServerIdentity: (_hostname, certificate) =>
      checksName(settings) ? tls.checkServerIdentity(name, certificate) : undefined,
    rejectUnauthorized: checksChain(settings),
  };
}

/** Why a finished handshake must not be used, or undefined. Call it before the first byte is written. */
export function serverRefusal(socket: tls.TLSSocket, settings: ClientTls): RpcError | undefined {
  if (settings.pin !== undefined) {
    const certificate = socket.getPeerX509Certificate();
    const found = certificate === undefined ? "none" : publicKeyPin(certificate);
    if (found !== settings.pin) {
      return new RpcError(
        StatusCode.UNAVAILABLE,
        `the server's identity changed: its key is sha256/${found}, expected sha256/${settings.pin}; if that is unexpected, someone may be in between`,
        { reason: "server_identity_changed", delivery: "not_sent" },
      );
    }
  }
  if (socket.alpnProtocol !== ALPN_PROTOCOL) {
    return new RpcError(StatusCode.UNAVAILABLE, `the server does not speak ${ALPN_PROTOCOL}`, {
      reason: "alpn_mismatch",
      delivery: "not_sent",
    });
  }
  return undefined;
}

/** Base64 SHA-256 of the certificate's SubjectPublicKeyInfo. It survives renewal as long as the key is kept. */
export function publicKeyPin(certificate: X509Certificate): string {
  return createHash("sha256")
    .update(certificate.publicKey.export({ type: "spki", format: "der" }))
    .digest("base64");
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
  const { ca } = settings;
  const { minVersion, maxVersion } = versions(settings);
  const authorities = ca === undefined ? "" : createHash("sha256").update(ca).digest("hex");
  const key = `${minVersion} ${maxVersion} ${authorities}`;
  const known = contexts.get(key);
  if (known !== undefined) {
    return known;
  }
  const context = tls.createSecureContext({ minVersion, maxVersion, ciphers: CIPHERS, ...readAuthorities(ca) });
  if (contexts.size >= MAX_CONTEXTS) {
    contexts.clear();
  }
  contexts.set(key, context);
  return context;
}

/** Node takes what is no PEM without a word and then trusts nobody: that would look like an untrusted server. */
function readAuthorities(ca: string | Buffer | undefined): { ca?: string | Buffer } {
  if (ca === undefined) {
    return {};
  }
  try {
    new X509Certificate(ca);
    return { ca };
  } catch (cause) {
    throw badOptions("the certificate authorities cannot be read: give them as PEM", cause);
  }
}

function versions(settings: ServerTls | ClientTls): { minVersion: TlsVersion; maxVersion: TlsVersion } {
  const maxVersion = settings.maxVersion ?? "TLSv1.3";
  const minVersion = settings.minVersion ?? maxVersion;
  if (minVersion > maxVersion) {
    throw badOptions(`minVersion ${minVersion} is above maxVersion ${maxVersion}`, undefined);
  }
  return { minVersion, maxVersion };
}

function badOptions(message: string, cause: unknown): RpcError {
  return new RpcError(StatusCode.INVALID_ARGUMENT, message, { reason: "bad_options", delivery: "not_sent", cause });
}
