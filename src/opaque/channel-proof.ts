// Binds a login to the TLS session that it ran in (RFC 9266): each side shows that it sees the same exporter and has the session key.
import { ascii } from "./byte-parts.js";
import { expand, mac } from "./key-derivation.js";
import { OpaqueError } from "./opaque-error.js";
import { SIZES } from "./sizes.js";

/** exportKeyingMaterial(32, "EXPORTER-Channel-Binding", empty) gives this many bytes. */
const EXPORTER_BYTES = 32;

/**
 * HMAC-SHA256 under a key of its own derived from the session key, 32 bytes. The label names the side, so that a proof
 * cannot be sent back, and whether there is a channel at all: `exporter` undefined (plain TCP) proves that too.
 * Compare by `OpaqueServer.isRight`.
 * @throws OpaqueError `malformed` when the session key or the exporter has not 32 bytes.
 */
export function channelProof(
  sessionKey: Uint8Array,
  side: "client" | "server",
  exporter: Uint8Array | undefined,
): Uint8Array {
  if (sessionKey.length !== SIZES.hash || (exporter !== undefined && exporter.length !== EXPORTER_BYTES)) {
    throw new OpaqueError("malformed", "a session key and an exporter have 32 bytes each");
  }
  const key = expand(sessionKey, ascii("Earshot channel proof key"));
  const label = ascii(`Earshot channel proof, ${side}, ${exporter === undefined ? "no channel" : "tls-exporter"}\0`);
  return mac(key, label, exporter ?? new Uint8Array(0));
}
