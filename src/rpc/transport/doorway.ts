// From a socket that has just arrived to one that may speak: admission, TLS handshake, ALPN.

import { createServer, type Server, type Socket } from "node:net";
import * as tls from "node:tls";
import { ALPN_PROTOCOL } from "../../wire/protocol.js";
import { StatusCode } from "../../wire/status-code.js";
import type { Limits } from "../limits.js";
import { RpcError } from "../rpc-error.js";
import { Admission } from "./admission.js";
import { fromSocketError } from "./socket-error.js";
import { type ServerTls, serverTlsOptions } from "./tls-settings.js";

export interface DoorwayObserver {
  /** A socket whose handshake is done, and which speaks our protocol. */
  onArrived(socket: Socket): void;
  onRefused(address: string, reason: RpcError): void;
}

/** Accepts TCP, and hands over sockets that are ready. Without TLS settings it hands over every socket it admits. */
export class Doorway {
  readonly listener: Server;
  readonly #observer: DoorwayObserver;
  readonly #admission: Admission;
  readonly #tlsServer: tls.Server | undefined;
  /** By their two ends, since Node does not tell which TCP socket a TLS socket stands on. */
  readonly #waiting = new Map<string, Socket>();

  constructor(settings: ServerTls | undefined, limits: Limits, observer: DoorwayObserver) {
    this.#observer = observer;
    this.#admission = new Admission(limits);
    this.#tlsServer = settings === undefined ? undefined : this.#tls(settings, limits.handshakeTimeoutMs);
    this.listener = createServer({ noDelay: true }, (socket) => this.#onSocket(socket));
  }

  /** Drops all who have not finished their handshake. */
  dropWaiting(): void {
    for (const socket of this.#waiting.values()) {
      socket.destroy();
    }
  }

  #tls(settings: ServerTls, handshakeTimeoutMs: number): tls.Server {
    const server = tls.createServer(serverTlsOptions(settings, handshakeTimeoutMs));
    server.on("secureConnection", (socket) => this.#onSecure(socket));
    server.on("tlsClientError", (error, socket) => {
      this.#observer.onRefused(addressOf(socket), fromSocketError(error, addressOf(socket), "unknown"));
      socket.destroy();
    });
    return server;
  }

  #onSocket(socket: Socket): void {
    const address = addressOf(socket);
    socket.on("error", () => {}); // Told by the TLS socket or by the channel that reads from it.
    const refusal = this.#admission.enter(address);
    if (refusal !== undefined) {
      socket.destroy();
      this.#observer.onRefused(address, refused(StatusCode.RESOURCE_EXHAUSTED, refusal));
      return;
    }
    const ends = endsOf(socket);
    this.#waiting.set(ends, socket);
    socket.once("close", () => {
      this.#waiting.delete(ends);
      this.#admission.leave(address);
    });
    if (this.#tlsServer === undefined) {
      this.#arrive(socket);
    } else {
      this.#tlsServer.emit("connection", socket);
    }
  }

  #onSecure(socket: tls.TLSSocket): void {
    socket.on("error", () => {});
    if (socket.alpnProtocol !== ALPN_PROTOCOL) {
      socket.destroy();
      this.#observer.onRefused(addressOf(socket), refused(StatusCode.UNAVAILABLE, `no ALPN ${ALPN_PROTOCOL} offered`));
      return;
    }
    this.#arrive(socket);
  }

  #arrive(socket: Socket): void {
    this.#waiting.delete(endsOf(socket));
    this.#observer.onArrived(socket);
  }
}

function addressOf(socket: Socket): string {
  return socket.remoteAddress ?? "unknown";
}

function endsOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;
}

function refused(code: StatusCode, message: string): RpcError {
  const reason = code === StatusCode.UNAVAILABLE ? "alpn_mismatch" : "limit";
  return new RpcError(code, message, { reason, delivery: "not_sent" });
}
