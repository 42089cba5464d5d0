// Reads --listen: HOST:PORT, with brackets around an IPv6 address, or unix:PATH.

import { isIPv6 } from "node:net";
import type { ListenAddress } from "../rpc/index.js";

const FORM = /^(?:\[([0-9A-Fa-f:.%\w]+)\]|([^:[\]\s]+)):(\d{1,5})$/;
const UNIX_FORM = /^unix:(.+)$/;
const MAX_PORT = 65_535;

/** Undefined when the text is not of that form. Port 0 takes any free one. */
export function decodeListenAddress(text: string): ListenAddress | undefined {
  const path = UNIX_FORM.exec(text)?.[1];
  if (path !== undefined) {
    return { path };
  }
  const [, bracketed, plain, port] = FORM.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined || Number(port) > MAX_PORT || (bracketed !== undefined && !isIPv6(bracketed))) {
    return undefined;
  }
  return { host, port: Number(port) };
}
