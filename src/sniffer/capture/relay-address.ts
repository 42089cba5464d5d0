// Reads LISTEN=HOST:PORT: where the relay listens and where it passes the bytes on.
import { LiveError } from "./live-error.js";

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

export interface RelayRoute {
  readonly listen: HostPort;
  readonly target: HostPort;
}

const USAGE = "--relay takes LISTEN=HOST:PORT, such as 127.0.0.1:8443=example.com:443 or 8443=[::1]:443";

/** Throws LiveError `bad_address`. LISTEN may be a port alone, on 127.0.0.1; port 0 lets the system choose. */
export function decodeRelayRoute(text: string): RelayRoute {
  const equals = text.indexOf("=");
  if (equals < 0) throw new LiveError("bad_address", USAGE);
  const listen = text.slice(0, equals);
  const target = decodeHostPort(text.slice(equals + 1));
  if (target.port === 0) throw new LiveError("bad_address", `${USAGE}; the target's port cannot be 0`);
  return { listen: decodeHostPort(/^\d+$/.test(listen) ? `127.0.0.1:${listen}` : listen), target };
}

/** "[::1]:443" for IPv6, "127.0.0.1:443" otherwise. */
export function encodeHostPort({ host, port }: HostPort): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

function decodeHostPort(text: string): HostPort {
  const match = /^(?:\[([^\]\s]+)\]|([^:\s[\]]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || !(port <= 0xffff)) throw new LiveError("bad_address", USAGE);
  return { host, port };
}
