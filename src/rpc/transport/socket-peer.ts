// Who is at the other end of a socket, as handlers and listeners see it; kept from the moment it is known.

import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { Peer } from "../call-context.js";
import type { SocketAddress } from "./socket-address.js";

export class SocketPeer implements Peer {
  readonly address: string;
  readonly port: number;
  readonly encrypted: boolean;

  /** `dialled`: what to tell when the socket has lost its own address already. */
  constructor(socket: Socket, dialled?: SocketAddress) {
    this.address = socket.remoteAddress ?? dialled?.host ?? "unix";
    this.port = socket.remotePort ?? dialled?.port ?? 0;
    this.encrypted = socket instanceof TLSSocket;
  }
}
