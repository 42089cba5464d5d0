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
  readonly #guests = new WeakMap<Socket, Guest>();
  /** Sockets whose handshake has not ended, the oldest first. */
  readonly #halfOpen = new Set<Socket>();
  #tls: { readonly settings: ServerTls; readonly server: tls.Server } | undefined;
  #ticketKeys = randomBytes(TICKET_KEY_BYTES);
  #ticketKeysUntil = performance.now() + TICKET_KEY_LIFETIME_MS;

  constructor(settings: ServerTls | undefined, limits: Limits, observer: DoorwayObserver) {
    this.#observer = observer;
    this.#limits = limits;
    this.#admission = new Admission(limits);
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
    for (const socket of this.#halfOpen) {
      socket.destroy();
    }
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
    socket.once("close", () => {
      this.#halfOpen.delete(socket);
      this.#admission.leave(address);
    });
    const guest = { address, port: socket.remotePort ?? 0 };
    if (this.#tls === undefined) {
      this.#observer.onArrived(socket, new SocketPeer(guest.address, guest.port, undefined, undefined));
      return;
    }
    this.#guests.set(socket, guest);
    this.#halfOpen.add(socket);
    this.#dropOldest();
    this.#renewTicketKeys(this.#tls.server);
    this.#tls.server.emit("connection", socket);
  }

  #dropOldest(): void {
    if (this.#halfOpen.size <= this.#limits.maxHandshakes) {
      return;
    }
    for (const oldest of this.#halfOpen) {
      this.#halfOpen.delete(oldest);
      oldest.destroy();
      return;
    }
  }

  /** OpenSSL knows one key at a time: sessions of the one before shake hands in full. */
  #renewTicketKeys(server: tls.Server): void {
    const now = performance.now();
    if (now >= this.#ticketKeysUntil) {
      this.#ticketKeys = randomBytes(TICKET_KEY_BYTES);
      this.#ticketKeysUntil = now + TICKET_KEY_LIFETIME_MS;
      server.setTicketKeys(this.#ticketKeys);
    }
  }

  #onHandshakeFailed(error: Error, socket: tls.TLSSocket): void {
    const { address } = this.#guestOf(socket);
    socket.destroy();
    this.#observer.onRefused(address, fromClientError(error, address));
  }

  #onSecure(socket: tls.TLSSocket, settings: ServerTls): void {
    const { address, port } = this.#guestOf(socket);
    socket.on("error", ignore);
    if (socket.alpnProtocol !== ALPN_PROTOCOL) {
      socket.destroy();
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

  /** The admitted socket under a TLS socket has no handshake pending any more; tells where it came from. */
  #guestOf(socket: tls.TLSSocket): Guest {
    const plain = plainSocketOf(socket);
    if (plain === undefined) {
      return { address: socket.remoteAddress ?? "unknown", port: socket.remotePort ?? 0 };
    }
    this.#halfOpen.delete(plain);
    return this.#guests.get(plain) ?? { address: "unknown", port: 0 };
  }
}

/** Node does not document which socket a TLS socket stands on, but has kept it there since its first versions. */
function plainSocketOf(socket: tls.TLSSocket): Socket | undefined {
  return "_parent" in socket && socket._parent instanceof Socket ? socket._parent : undefined;
}

function ignore(): void {}

function refused(reason: Reason, message: string): RpcError {
  const code = reason === "limit" ? StatusCode.RESOURCE_EXHAUSTED : StatusCode.UNAVAILABLE;
  return new RpcError(code, message, { reason, delivery: "not_sent" });
}
