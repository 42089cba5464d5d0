// Where a socket is: an address and port of TCP, or the file of a Unix socket.

export interface TcpAddress {
  /** A name, an IPv4 or an IPv6 address. */
  readonly host: string;
  /** When listening, 0 takes any free one. */
  readonly port: number;
  readonly path?: undefined;
}

export interface UnixAddress {
  /** The file of a Unix socket. */
  readonly path: string;
  readonly host?: undefined;
  readonly port?: undefined;
}

export type SocketAddress = TcpAddress | UnixAddress;

/** "127.0.0.1:7443", "[::1]:7443" or "unix:/run/earshot.sock", for people. */
export function addressLabel(address: SocketAddress): string {
  if (address.path !== undefined) {
    return `unix:${address.path}`;
  }
  const { host, port } = address;
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
