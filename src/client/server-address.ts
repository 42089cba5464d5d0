// What the user may write for a server: HOST, HOST:PORT or [IPV6]:PORT.
import { isIPv6 } from "node:net";
import { ClientError } from "./client-error.js";

export const DEFAULT_SERVER = "127.0.0.1:7443";
const DEFAULT_PORT = 7443;

export interface ServerAddress {
  /** Name or address without brackets, lower-cased. */
  readonly host: string;
  readonly port: number;
  /** `host:port` with brackets about IPv6; the key in known_servers and sessions.json. */
  readonly text: string;
}

/** Reads `HOST[:PORT]`. Throws ClientError "usage" that says what is wrong. */
export function decodeServerAddress(written: string): ServerAddress {
  const text = written.trim();
  if (text.includes("//")) {
    throw refusal(`write the server as HOST:PORT, such as ${DEFAULT_SERVER}, not as a URL`);
  }
  if (isIPv6(text)) {
    throw refusal(`put brackets about the IPv6 address: [${text}]:${DEFAULT_PORT}`);
  }
  const match = ADDRESS.exec(text);
  const bracketed = match?.[1];
  const host = bracketed ?? match?.[2];
  if (host === undefined || (bracketed !== undefined && !isIPv6(bracketed))) {
    throw refusal(`write the server as HOST:PORT, such as ${DEFAULT_SERVER} or [::1]:${DEFAULT_PORT}`);
  }
  return serverAddress(host, decodePort(match?.[3]));
}

/** The address of `host` (without brackets) and `port`, in its one spelling. */
export function serverAddress(host: string, port: number): ServerAddress {
  const name = host.toLowerCase().replace(/\.$/, "");
  return { host: name, port, text: name.includes(":") ? `[${name}]:${port}` : `${name}:${port}` };
}

// A zone (%eth0) may follow an IPv6 address; a name may hold no space, slash, bracket or colon.
const ADDRESS = /^(?:\[([0-9a-fA-F:.]+(?:%[\w.-]+)?)\]|([^\s/:[\]@]+))(?::(\d{1,5}))?$/;

function decodePort(written: string | undefined): number {
  if (written === undefined) return DEFAULT_PORT;
  const port = Number(written);
  if (port < 1 || port > 65_535) throw refusal("the port is a number from 1 to 65535");
  return port;
}

function refusal(message: string): ClientError {
  return new ClientError("usage", `The server's address is not understood: ${message}.`);
}
