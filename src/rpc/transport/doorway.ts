// From a socket that has just arrived to one that may speak: admission, TLS handshake, ALPN, the client's certificate.

import type { X509Certificate } from "node:crypto";
import { randomBytes } from "node:crypto";
import { createServer, Socket } from "node:net";
import * as tls from "node:tls";
import { ALPN_PROTOCOL } from "../../wire/protocol.js";
import { StatusCode } from "../../wire/status-code.js";
import type { Limits } from "../limits.js";
import { type Reason, RpcError } from "../rpc-error.js";
import { Admission } from "./admission.js";
import { clientRefusal, dismiss } from "./client-certificate.js";
import { sendAway } from "./farewell.js";
import { type ListenAddress, type Listening, listenOn } from "./listen-address.js";
import { serverTlsOptions } from "./server-context.js";
import { fromClientError } from "./socket-error.js";
import { SocketPeer } from "./socket-peer.js";
import type { ServerTls } from "./tls-settings.js";

export interface DoorwayObserver {
  /** A socket whose handshake is done, and which speaks our protocol. */
  onArrived(socket: Socket, peer: SocketPeer): void;
  onRefused(address: string, reason: RpcError): void;
}

/** Kept from admission: a socket that was reset has forgotten it. */
interface Guest {
  readonly address: string;
  readonly port: number;
}

const TICKET_KEY_BYTES = 48;
/** Who steals the key can read recorded TLS 1.2 sessions that it encrypted, so that no key lives long. */
const TICKET_KEY_LIFETIME_MS = 12 * 60 * 60 * 1000;

/** Accepts on any number of addresses, and hands over sockets that are ready. Without TLS that is every one it admits. */
export class Doorway {
  readonly #observer: DoorwayObserver;
  readonly #limits: Limits;
  readonly #admission: Admission;
  readonly #listening: Listening<ListenAddress>[] = [];
  #closed = false;
  /** Those whose handshake has not ended, the oldest first. */
  readonly #halfOpen = new Map<Socket, Guest>();
  #tls: { readonly settings: ServerTls; readonly server: tls.Server } | undefined;
  #ticketKeys = randomBytes(TICKET_KEY_BYTES);
  readonly #renewal: NodeJS.Timeout;

  constructor(settings: ServerTls | undefined, limits: Limits, observer: DoorwayObserver) {
    this.#observer = observer;
    this.#limits = limits;
    this.#admission = new Admission(limits);
    this.#renewal = setInterval(() => this.#renewTicketKeys(), TICKET_KEY_LIFETIME_MS).unref();
    if (settings !== undefined) {
      this.reload(settings);
    }
  }

  /** Whether TLS is spoken here. */
  get encrypts(): boolean {
    return this.#tls !== undefined;
  }

  /** Takes these settings for all handshakes that begin from now on. @throws RpcError `bad_options`; the old ones are kept. */
  reload(settings: ServerTls): void {
    const options = serverTlsOptions(settings, this.#limits.handshakeTimeoutMs, this.#ticketKeys);
    const server = tls.createServer(options);
    server.on("secureConnection", (socket) => this.#onSecure(socket, settings));
    server.on("tlsClientError", (error, socket) => this.#onHandshakeFailed(error, socket));
    this.#tls = { settings, server };
  }

  /** Listens on one more address. Errors after that go to `onLaterError`. */
  async listen<A extends ListenAddress>(address: A, onLaterError: (error: RpcError) => void): Promise<A> {
    const isUnix = address.path !== undefined;
    const listener = createServer({ noDelay: !isUnix }, (socket) => this.#onSocket(socket, isUnix));
    const listening = await listenOn(listener, address, onLaterError);
    this.#listening.push(listening);
    if (this.#closed) {
      listening.close();
    }
    return listening.address;
  }

  /** Takes nobody any more, and drops all who have not finished their handshake. */
  close(): void {
    this.#closed = true;
    for (const listening of this.#listening) {
      listening.close();
    }
    clearInterval(this.#renewal);
    for (const socket of this.#halfOpen.keys()) {
      socket.destroy();
    }
    this.#halfOpen.clear();
  }

  #onSocket(socket: Socket, isUnix: boolean): void {
    const address = isUnix ? "unix" : socket.remoteAddress;
    socket.on("error", ignore); // Told by the TLS socket or by the channel that reads from it.
    if (address === undefined) {
      socket.destroy(); // Gone again already.
      return;
    }
    const refusal = this.#admission.enter(address);
    if (refusal !== undefined) {
      socket.destroy();
      this.#observer.onRefused(address, refused("limit", refusal));
      return;
    }
    const guest = { address, port: socket.remotePort ?? 0 };
    socket.on("close", () => this.#onGone(socket, address));
    if (this.#tls === undefined) {
      this.#observer.onArrived(socket, new SocketPeer(guest.address, guest.port, undefined, undefined));
      return;
    }
    this.#halfOpen.set(socket, guest);
    if (this.#halfOpen.size > this.#limits.maxHandshakes) {
      this.#dropOldest();
    }
    this.#tls.server.emit("connection", socket);
  }

  #onGone(socket: Socket, address: string): void {
    this.#admission.leave(address);
    if (this.#halfOpen.has(socket)) {
      setImmediate(() => this.#halfOpen.delete(socket)); // That its handshake failed may be told after this.
    }
  }

  #dropOldest(): void {
    for (const [oldest, { address }] of this.#halfOpen) {
      this.#halfOpen.delete(oldest);
      oldest.destroy();
      this.#observer.onRefused(
        address,
        refused("limit", `more than ${this.#limits.maxHandshakes} half-open handshakes`),
      );
      return;
    }
  }

  /** OpenSSL knows one key at a time: sessions of the one before shake hands in full. */
  #renewTicketKeys(): void {
    this.#ticketKeys = randomBytes(TICKET_KEY_BYTES);
    this.#tls?.server.setTicketKeys(this.#ticketKeys);
  }

  #onHandshakeFailed(error: Error, socket: tls.TLSSocket): void {
    const guest = this.#takeGuest(socket);
    socket.destroy();
    if (guest !== undefined) {
      this.#observer.onRefused(guest.address, fromClientError(error, guest.address));
    }
  }

  #onSecure(socket: tls.TLSSocket, settings: ServerTls): void {
    const guest = this.#takeGuest(socket);
    if (guest === undefined) {
      socket.on("error", ignore).destroy();
      return;
    }
    const { address, port } = guest;
    if (socket.alpnProtocol !== ALPN_PROTOCOL) {
      sendAway(socket);
      this.#observer.onRefused(address, refused("alpn_mismatch", `no ALPN ${ALPN_PROTOCOL} offered`));
      return;
    }
    let readCertificate: (() => X509Certificate | undefined) | undefined;
    if (settings.clientCa !== undefined) {
      const certificate = socket.getPeerX509Certificate();
      const refusal = clientRefusal(socket, certificate, settings);
      if (refusal !== undefined) {
        dismiss(socket, refusal);
        this.#observer.onRefused(address, refusal);
        return;
      }
      readCertificate = () => certificate;
    }
    this.#observer.onArrived(socket, new SocketPeer(address, port, socket, readCertificate));
  }

  /** The admitted socket under a TLS socket has ended its handshake. Undefined when it was sent away meanwhile. */
  #takeGuest(socket: tls.TLSSocket): Guest | undefined {
    const plain = plainSocketOf(socket);
    const guest = this.#halfOpen.get(plain);
    this.#halfOpen.delete(plain);
    return guest;
  }
}

/** Node does not document which socket a TLS socket stands on, but has kept it there since its first versions. */
function plainSocketOf(socket: tls.TLSSocket): Socket {
  return "_parent" in socket && socket._parent instanceof Socket ? socket._parent : socket;
}

function ignore(): void {}

function refused(reason: Reason, message: string): RpcError {
  const code = reason === "limit" ? StatusCode.RESOURCE_EXHAUSTED : StatusCode.UNAVAILABLE;
  return new RpcError(code, message, { reason, delivery: "not_sent" });
}
