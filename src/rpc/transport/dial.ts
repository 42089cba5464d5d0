// From an address to a socket that may be used: TCP or Unix, then TLS, then the checks that come before our first byte.

import { connect as connectPlain, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import type { Peer } from "../call-context.js";
import { type Patience, readySocket } from "./ready-socket.js";
import { addressLabel, type SocketAddress } from "./socket-address.js";
import { SocketPeer } from "./socket-peer.js";
import { type ClientTls, clientTlsOptions, serverRefusal } from "./tls-settings.js";

export interface DialOptions {
  readonly address: SocketAddress;
  readonly tls?: ClientTls | undefined;
  /** No TLS at all. For the lab. */
  readonly plaintext?: true | undefined;
  /** For name, connection and TLS together. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** A socket whose handshake is done and whose server is trusted; nothing has been written to it. */
export interface Dialled {
  readonly socket: Socket;
  readonly peer: Peer;
}

/** @throws RpcError, always `delivery: "not_sent"`. */
export async function dial({ address, tls = {}, plaintext, timeoutMs, signal }: DialOptions): Promise<Dialled> {
  const patience = { where: addressLabel(address), timeoutMs, signal };
  const socket = plaintext
    ? await readySocket(patience, () => connectPlain(target(address)), "connect")
    : await dialTls(address, tls, patience);
  return { socket, peer: new SocketPeer(socket, address) };
}

async function dialTls(address: SocketAddress, settings: ClientTls, patience: Patience): Promise<TLSSocket> {
  const options = clientTlsOptions(settings, address.host ?? "localhost");
  const start = (): TLSSocket => {
    const socket = connectTls({ ...options, ...target(address) });
    if (settings.onKeylog !== undefined) {
      socket.on("keylog", settings.onKeylog);
    }
    return socket;
  };
  const socket = await readySocket(patience, start, "secureConnect");
  const refusal = serverRefusal(socket, settings);
  if (refusal !== undefined) {
    socket.destroy();
    throw refusal;
  }
  return socket;
}

function target(address: SocketAddress): { path: string } | { host: string; port: number } {
  return address.path === undefined ? { host: address.host, port: address.port } : { path: address.path };
}
