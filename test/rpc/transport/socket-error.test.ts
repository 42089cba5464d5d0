// Foreign errors to ours: by their code, through the causes that Node wraps them in.

import t from "tap";
import { fromSocketError } from "../../../src/rpc/transport/socket-error.js";

function coded(code: string, message = "x"): Error {
  return Object.assign(new Error(message), { code });
}

const ROWS: readonly (readonly [unknown, string, string])[] = [
  [coded("ECONNREFUSED"), "connection_refused", "UNAVAILABLE"],
  [new AggregateError([coded("ECONNREFUSED"), coded("ENETUNREACH")]), "connection_refused", "UNAVAILABLE"],
  [coded("ENOTFOUND"), "name_not_found", "UNAVAILABLE"],
  [coded("EADDRINUSE"), "address_in_use", "UNAVAILABLE"],
  [coded("EACCES"), "permission_denied", "PERMISSION_DENIED"],
  [coded("ERR_SOCKET_BAD_PORT"), "bad_options", "INVALID_ARGUMENT"],
  [coded("CERT_HAS_EXPIRED"), "certificate_expired", "UNAVAILABLE"],
  [coded("ERR_TLS_CERT_ALTNAME_INVALID"), "server_name_mismatch", "UNAVAILABLE"],
  [coded("EPROTO", "SSL routines:wrong version number"), "not_tls", "UNAVAILABLE"],
  [coded("EPROTO", "something else"), "tls_failed", "UNAVAILABLE"],
  [coded("ERR_SSL_SOMETHING_NEW"), "tls_failed", "UNAVAILABLE"],
  [coded("E_NEVER_SEEN"), "connection_lost", "UNAVAILABLE"],
  [undefined, "connection_lost", "UNAVAILABLE"],
  ["a string", "connection_lost", "UNAVAILABLE"],
];

t.test("each code has its reason and status, and the original is kept as the cause", async (t) => {
  for (const [cause, reason, codeName] of ROWS) {
    const error = fromSocketError(cause, "host:1", "not_sent");
    t.match(error, { reason, codeName, delivery: "not_sent", message: /^host:1: / }, `${String(cause)} ${reason}`);
    t.equal(error.cause, cause);
  }
});
