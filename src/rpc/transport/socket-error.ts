// The one place where errors of Node's sockets and of OpenSSL become RpcErrors: code to reason, as a table.

import { StatusCode } from "../../wire/status-code.js";
import { type Delivery, type Reason, RpcError } from "../rpc-error.js";

const REASONS: Readonly<Record<string, Reason>> = {
  ECONNREFUSED: "connection_refused",
  ENOENT: "connection_refused",
  ENOTFOUND: "name_not_found",
  EAI_AGAIN: "name_not_found",
  EAI_FAIL: "name_not_found",
  EAI_NONAME: "name_not_found",
  EHOSTUNREACH: "network_unreachable",
  ENETUNREACH: "network_unreachable",
  EHOSTDOWN: "network_unreachable",
  ETIMEDOUT: "connect_timeout",
  ECONNRESET: "connection_lost",
  EPIPE: "connection_lost",
  ECONNABORTED: "connection_lost",
  EADDRINUSE: "address_in_use",
  EADDRNOTAVAIL: "address_not_available",
  EACCES: "permission_denied",
  EPERM: "permission_denied",
  ERR_SOCKET_BAD_PORT: "bad_options",
  ERR_INVALID_ARG_TYPE: "bad_options",
  ERR_INVALID_ARG_VALUE: "bad_options",
  // The certificate is genuine but for another name (RFC 6125).
  ERR_TLS_CERT_ALTNAME_INVALID: "server_name_mismatch",
  HOSTNAME_MISMATCH: "server_name_mismatch",
  IP_ADDRESS_MISMATCH: "server_name_mismatch",
  // X509_V_ERR_* as Node names them: no chain to an authority that we trust.
  DEPTH_ZERO_SELF_SIGNED_CERT: "server_not_trusted",
  SELF_SIGNED_CERT_IN_CHAIN: "server_not_trusted",
  UNABLE_TO_GET_ISSUER_CERT: "server_not_trusted",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "server_not_trusted",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "server_not_trusted",
  UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY: "server_not_trusted",
  CERT_SIGNATURE_FAILURE: "server_not_trusted",
  CERT_NOT_YET_VALID: "certificate_expired",
  CERT_HAS_EXPIRED: "certificate_expired",
  CERT_UNTRUSTED: "server_not_trusted",
  CERT_REJECTED: "server_not_trusted",
  CERT_REVOKED: "server_not_trusted",
  CERT_CHAIN_TOO_LONG: "server_not_trusted",
  INVALID_CA: "server_not_trusted",
  INVALID_PURPOSE: "server_not_trusted",
  PATH_LENGTH_EXCEEDED: "server_not_trusted",
  // What a peer sends that does not speak TLS at all.
  ERR_SSL_WRONG_VERSION_NUMBER: "not_tls",
  ERR_SSL_PACKET_LENGTH_TOO_LONG: "not_tls",
  ERR_SSL_RECORD_LAYER_FAILURE: "not_tls",
  ERR_SSL_UNEXPECTED_MESSAGE: "not_tls",
  ERR_SSL_HTTP_REQUEST: "not_tls",
  ERR_SSL_HTTPS_PROXY_REQUEST: "not_tls",
  ERR_SSL_BAD_PROTOCOL_VERSION_NUMBER: "not_tls",
  ERR_SSL_NOT_SSL_RECORD_LAYER: "not_tls",
  // Alerts (RFC 8446, section 6.2).
  ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL: "alpn_mismatch",
  ERR_SSL_NO_APPLICATION_PROTOCOL: "alpn_mismatch",
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: "tls_version_mismatch",
  ERR_SSL_UNSUPPORTED_PROTOCOL: "tls_version_mismatch",
  ERR_SSL_NO_PROTOCOLS_AVAILABLE: "tls_version_mismatch",
  ERR_SSL_VERSION_TOO_LOW: "tls_version_mismatch",
  // What a server says of our certificate. In TLS 1.3 it comes when we believe the handshake done.
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: "client_certificate_required",
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: "client_not_trusted",
  ERR_SSL_TLSV1_ALERT_ACCESS_DENIED: "client_not_trusted",
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: "client_not_trusted",
  ERR_SSL_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE: "client_not_trusted",
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_REVOKED: "client_not_trusted",
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED: "client_not_trusted",
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN: "client_not_trusted",
  ERR_TLS_HANDSHAKE_TIMEOUT: "connect_timeout",
};

const SENTENCES: Partial<Record<Reason, string>> = {
  connection_refused: "nothing listens there",
  name_not_found: "the name is not known",
  network_unreachable: "there is no way to that network or host",
  connect_timeout: "no answer in time",
  connection_lost: "the connection broke",
  address_in_use: "another program listens on that address",
  address_not_available: "this machine does not have that address",
  permission_denied: "the system does not permit it",
  server_name_mismatch: "the server's certificate is for another name",
  server_not_trusted: "the server's certificate is not trusted",
  certificate_expired: "the server's certificate is out of date",
  client_certificate_required: "the server wants a client certificate",
  client_not_trusted: "the client's certificate is not trusted",
  not_tls: "the peer does not speak TLS",
  alpn_mismatch: "the peer does not speak earshot/1",
  tls_version_mismatch: "the peer supports none of our TLS versions",
  tls_failed: "the TLS handshake failed",
};

const OPENSSL_MESSAGE = /wrong version number|http request|unknown protocol/i;

/** A server that refuses the handshake, however late we learn of it, has not looked at what we sent. */
const NEVER_PROCESSED: ReadonlySet<Reason> = new Set(["client_certificate_required", "client_not_trusted"]);

/** Translates an error of a Node socket. `where` names the address, for people. */
export function fromSocketError(cause: unknown, where: string, delivery: Delivery): RpcError {
  const code = errorCode(cause);
  const reason = reasonOf(cause, code);
  const sentence = SENTENCES[reason] ?? "the connection failed";
  return new RpcError(statusOf(reason), `${where}: ${sentence}${code === undefined ? "" : ` (${code})`}`, {
    reason,
    delivery: delivery === "unknown" && NEVER_PROCESSED.has(reason) ? "not_processed" : delivery,
    cause,
  });
}

/** The same for a handshake that a client broke off: what it says of "the certificate" is said of the server's. */
export function fromClientError(cause: unknown, where: string): RpcError {
  const error = fromSocketError(cause, where, "not_processed");
  if (error.reason === undefined || !NEVER_PROCESSED.has(error.reason)) {
    return error;
  }
  const message = `${where}: the client does not trust the server's certificate (${errorCode(cause)})`;
  return new RpcError(StatusCode.UNAVAILABLE, message, {
    reason: "server_not_trusted",
    delivery: "not_processed",
    cause,
  });
}

/** Whether an error means that the certificate or the name was refused, rather than the network failing. */
function reasonOf(cause: unknown, code: string | undefined): Reason {
  const known = code === undefined ? undefined : REASONS[code];
  if (known !== undefined) {
    return known;
  }
  if (cause instanceof Error && OPENSSL_MESSAGE.test(cause.message)) {
    return "not_tls";
  }
  return code?.startsWith("ERR_SSL_") || code === "EPROTO" ? "tls_failed" : "connection_lost";
}

function statusOf(reason: Reason): StatusCode {
  if (reason === "bad_options") {
    return StatusCode.INVALID_ARGUMENT;
  }
  if (reason === "client_certificate_required") {
    return StatusCode.UNAUTHENTICATED;
  }
  return reason === "permission_denied" || reason === "client_not_trusted"
    ? StatusCode.PERMISSION_DENIED
    : StatusCode.UNAVAILABLE;
}

/** The `code` of a Node error; of several addresses tried in turn (AggregateError), that of the first. */
function errorCode(cause: unknown): string | undefined {
  if (cause instanceof AggregateError && cause.errors.length > 0) {
    return errorCode(cause.errors[0]);
  }
  if (cause instanceof Error && "code" in cause && typeof cause.code === "string") {
    return cause.code;
  }
  return undefined;
}
