// From an address to a socket that may be used: TCP or Unix, then TLS, then the checks that come before our first byte.

import type { X509Certificate } from "node:crypto";
import { connect as connectPlain, type Socket } from "node:net";
import { connect as connectTls, type DetailedPeerCertificate, type TLSSocket } from "node:tls";
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
/** Nobody reads it: the certificate is read as X509Certificate. */
const NOT_TAKEN_APART = {} as DetailedPeerCertificate;

/** @throws RpcError, always `delivery: "not_sent"`. */
export async function dial({ address, tls = {}, plaintext, timeoutMs, signal }: DialOptions): Promise<Dialled> {
  const patience = { where: addressLabel(address), timeoutMs, signal };
  if (!plaintext) {
    return await dialTls(address, tls, patience);
  }
  const socket = await readySocket(patience, () => connectPlain({ ...target(address), noDelay: true }), "connect");
  return { socket, peer: describe(socket, address, undefined, undefined) };
}

async function dialTls(address: SocketAddress, settings: ClientTls, patience: Patience): Promise<Dialled> {
  const host = address.host ?? "localhost";
  const key = `${patience.where} ${trustKey(settings, host)}`;
  const offered = sessions.take(key, Date.now());
  const gained: Buffer[] = [];
  const gain = (session: Buffer): unknown => gained.push(session);
  let readCertificate = (): X509Certificate | undefined => undefined;
  const start = (): TLSSocket => {
    const options = clientTlsOptions(settings, host, () => readCertificate());
    const socket = connectTls({ ...options, ...target(address), ...(offered && { session: offered.session }) });
    readCertificate = certificateReader(socket, offered?.certificate);
    // Node would copy the whole chain for the check of names, which takes a fifth of the time of a connection.
    socket.getPeerCertificate = () => NOT_TAKEN_APART;
    socket.setNoDelay(true);
    socket.on("session", gain);
    if (settings.onKeylog !== undefined) {
      socket.on("keylog", settings.onKeylog);
    }
    return socket;
  };
  const socket = await readySocket(patience, start, "secureConnect");
  const refusal = serverRefusal(socket, readCertificate, settings, host);
  if (refusal !== undefined) {
    socket.destroy();
    throw refusal;
  }
  socket.off("session", gain);
  keepSessions(socket, key, readCertificate, gained);
  return { socket, peer: describe(socket, address, socket, readCertificate) };
}

/**
 * The server's certificate; that of the full handshake when the session was resumed, since Node knows none then. It is read
 * when it is wanted first, and kept: Node's getPeerX509Certificate() gives it once alone.
 */
function certificateReader(socket: TLSSocket, offered: X509Certificate | undefined): () => X509Certificate | undefined {
  let certificate: X509Certificate | undefined;
  return () => {
    certificate ??= socket.isSessionReused() ? offered : undefined;
    certificate ??= socket.getPeerX509Certificate();
    return certificate;
  };
}

/** Only from here on, where the server is trusted. With TLS 1.3 they come behind the handshake, at any time. */
function keepSessions(
  socket: TLSSocket,
  key: string,
  readCertificate: () => X509Certificate | undefined,
  gained: readonly Buffer[],
): void {
  const keep = (session: Buffer): void => {
    const certificate = readCertificate();
    if (certificate !== undefined) {
      sessions.add(key, { session, certificate });
    }
  };
  gained.forEach(keep);
  socket.on("session", keep);
}

function describe(
  socket: Socket,
  address: SocketAddress,
  tls: TLSSocket | undefined,
  readCertificate: (() => X509Certificate | undefined) | undefined,
): Peer {
  const host = socket.remoteAddress ?? address.host ?? "unix";
  return new SocketPeer(host, socket.remotePort ?? address.port ?? 0, tls, readCertificate);
}

function target(address: SocketAddress): { path: string } | { host: string; port: number } {
  return address.path === undefined ? { host: address.host, port: address.port } : { path: address.path };
}
