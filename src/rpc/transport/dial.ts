// From an address to a socket that may be used: TCP or Unix, then TLS, then the checks that come before our first byte.

import { connect as connectPlain, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import type { Peer } from "../call-context.js";
import { type Patience, readySocket } from "./ready-socket.js";
import { clientTlsOptions, serverRefusal, trustKey } from "./server-trust.js";
import { SessionStore } from "./session-store.js";
import { addressLabel, type SocketAddress } from "./socket-address.js";
import { SocketPeer } from "./socket-peer.js";
import type { ClientTls } from "./tls-settings.js";

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

/** One for the process: sessions are kept apart by everything that trust in a server depends on. */
const sessions = new SessionStore();

/** @throws RpcError, always `delivery: "not_sent"`. */
export async function dial({ address, tls = {}, plaintext, timeoutMs, signal }: DialOptions): Promise<Dialled> {
  const patience = { where: addressLabel(address), timeoutMs, signal };
  if (plaintext) {
    const socket = await readySocket(patience, () => connectPlain(target(address)), "connect");
    return { socket, peer: describe(socket, address, undefined) };
  }
  const socket = await dialTls(address, tls, patience);
  return { socket, peer: describe(socket, address, socket) };
}

async function dialTls(address: SocketAddress, settings: ClientTls, patience: Patience): Promise<TLSSocket> {
  const host = address.host ?? "localhost";
  const options = clientTlsOptions(settings, host);
  const key = `${patience.where} ${trustKey(settings, host)}`;
  const gained: Buffer[] = [];
  const gain = (session: Buffer): unknown => gained.push(session);
  const start = (): TLSSocket => {
    const session = sessions.take(key, Date.now());
    const socket = connectTls({ ...options, ...target(address), ...(session === undefined ? {} : { session }) });
    socket.on("session", gain);
    if (settings.onKeylog !== undefined) {
      socket.on("keylog", settings.onKeylog);
    }
    return socket;
  };
  const socket = await readySocket(patience, start, "secureConnect");
  const refusal = serverRefusal(socket, settings, host);
  if (refusal !== undefined) {
    socket.destroy();
    throw refusal;
  }
  socket.off("session", gain);
  keepSessions(socket, key, gained);
  return socket;
}

/** Only from here on, where the server is trusted. With TLS 1.3 they come behind the handshake, at any time. */
function keepSessions(socket: TLSSocket, key: string, gained: readonly Buffer[]): void {
  let validUntilMs: number | undefined;
  const keep = (session: Buffer): void => {
    validUntilMs ??= Date.parse(socket.getPeerX509Certificate()?.validTo ?? "");
    if (Number.isFinite(validUntilMs)) {
      sessions.add(key, session, validUntilMs);
    }
  };
  gained.forEach(keep);
  socket.on("session", keep);
}

function describe(socket: Socket, address: SocketAddress, tls: TLSSocket | undefined): Peer {
  const readCertificate = tls === undefined ? undefined : () => tls.getPeerX509Certificate();
  const host = socket.remoteAddress ?? address.host ?? "unix";
  return new SocketPeer(host, socket.remotePort ?? address.port ?? 0, tls, readCertificate);
}

function target(address: SocketAddress): { path: string } | { host: string; port: number } {
  return address.path === undefined ? { host: address.host, port: address.port } : { path: address.path };
}
