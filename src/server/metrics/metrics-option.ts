// Reads --metrics: HOST:PORT, or a port of this machine alone.

import { decodeListenAddress } from "../listen-option.js";
import type { MetricsAddress } from "./metrics-endpoint.js";

const LOOPBACK = "127.0.0.1";

/** Undefined when the text is not of that form. */
export function decodeMetricsAddress(text: string): MetricsAddress | undefined {
  const address = decodeListenAddress(/^\d+$/.test(text) ? `${LOOPBACK}:${text}` : text);
  return address === undefined || "path" in address ? undefined : address;
}
