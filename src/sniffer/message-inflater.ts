// Opens compressed messages within a limit: gzip, and deflate as HTTP means it (RFC 9110, 8.4.1; RFC 1950).
import { gunzipSync, inflateSync } from "node:zlib";

/** Undefined where the bytes are not of this encoding, or become more than `maxBytes`. */
export function inflateMessage(bytes: Uint8Array, encoding: string, maxBytes: number): Uint8Array | undefined {
  const inflate = encoding === "gzip" ? gunzipSync : encoding === "deflate" ? inflateSync : undefined;
  try {
    return inflate?.(bytes, { maxOutputLength: maxBytes });
  } catch {
    return undefined;
  }
}
