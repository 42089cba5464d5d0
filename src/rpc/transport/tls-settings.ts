// What both sides may choose about TLS (RFC 8446), and what nobody chooses: suites and ALPN (RFC 7301).

import { X509Certificate } from "node:crypto";
import * as tls from "node:tls";
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
  /** PEM of the authorities that clients' certificates must come from. Without it clients are asked for none. */
  readonly clientCa?: string | Buffer | undefined;
  /** Whether a client without a certificate is served. One that cannot be verified never is. Default `required`. */
  readonly clientCertificates?: "required" | "optional" | undefined;
}

/** How a client trusts a server. Without any field: the authorities that Node ships, and the name must match. */
export interface ClientTls {
  /** PEM of the authorities to trust in place of those that Node ships. */
  readonly ca?: string | Buffer | undefined;
  /**
   * The name (or address) that the certificate must carry, and the SNI. Default: the host that is dialled, or `localhost`
   * for a Unix socket.
   */
  readonly serverName?: string | undefined;
  /**
   * Base64 SHA-256 of the certificate's SubjectPublicKeyInfo (RFC 7469, section 2.4), compared before a byte of ours is
   * sent. It stands in place of authority and name, as a known host does in ssh; with `ca` given too, both must hold.
   */
  readonly pin?: string | undefined;
  /** Trust whoever answers. For demonstrations of what then happens. */
  readonly insecure?: true | undefined;
  /** PEM: the certificate that proves who the client is, then its chain. For servers that ask for one. */
  readonly cert?: string | Buffer | undefined;
  /** PEM, not encrypted: the key of `cert`. */
  readonly key?: string | Buffer | undefined;
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

/** Elliptic groups, the one that also withstands quantum computers first, where OpenSSL has it (3.5). */
const GROUPS = ["X25519MLKEM768:X25519:P-256:P-384", "X25519:P-256:P-384"] as const;

interface Suite {
  readonly ciphers: string;
  readonly ecdhCurve: string;
  readonly minVersion: TlsVersion;
  readonly maxVersion: TlsVersion;
}

/** @throws RpcError `bad_options` for versions the wrong way round. */
export function suiteOf(settings: ServerTls | ClientTls): Suite {
  const maxVersion = settings.maxVersion ?? "TLSv1.3";
  const minVersion = settings.minVersion ?? maxVersion;
  if (minVersion > maxVersion) {
    throw badTls(`minVersion ${minVersion} is above maxVersion ${maxVersion}`);
  }
  groups ??= supportedGroups();
  return { ciphers: CIPHERS, ecdhCurve: groups, minVersion, maxVersion };
}

let groups: string | undefined;

/**
 * No finite-field groups, which OpenSSL would offer too: they cost a server far more than whoever asks it for them
 * (CVE-2002-20001).
 */
function supportedGroups(): string {
  const [best, least] = GROUPS;
  try {
    tls.createSecureContext({ ecdhCurve: best, ca: [] });
    return best;
  } catch {
    return least;
  }
}

/** Node takes what is no PEM without a word and then trusts nobody: that would look like an untrusted peer. */
export function readAuthorities(ca: string | Buffer | undefined): Pick<tls.SecureContextOptions, "ca"> {
  if (ca === undefined) {
    return {};
  }
  try {
    new X509Certificate(ca);
    return { ca };
  } catch (cause) {
    throw badTls("the certificate authorities cannot be read: give them as PEM", cause);
  }
}

export function badTls(message: string, cause?: unknown): RpcError {
  return new RpcError(StatusCode.INVALID_ARGUMENT, message, { reason: "bad_options", delivery: "not_sent", cause });
}
