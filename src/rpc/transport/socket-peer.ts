// Who is at the other end of a socket, as handlers and listeners see it.

import type { X509Certificate } from "node:crypto";
import type { TLSSocket } from "node:tls";
import type { Peer, PeerCertificate } from "../call-context.js";
import { describeCertificate } from "./peer-certificate.js";

export class SocketPeer implements Peer {
  readonly address: string;
  readonly port: number;
  readonly encrypted: boolean;
  readonly resumed: boolean;
  #readCertificate: (() => X509Certificate | undefined) | undefined;
  #certificate: PeerCertificate | undefined;

  /**
   * Address and port are told by the caller, since a socket forgets them when it closes. `readCertificate` is called once,
   * when somebody asks: most never do, and reading it costs more than a call.
   */
  constructor(
    address: string,
    port: number,
    tls: TLSSocket | undefined,
    readCertificate: (() => X509Certificate | undefined) | undefined,
  ) {
    this.address = address;
    this.port = port;
    this.encrypted = tls !== undefined;
    this.resumed = tls?.isSessionReused() ?? false;
    this.#readCertificate = readCertificate;
  }

  get certificate(): PeerCertificate | undefined {
    const certificate = this.#readCertificate?.();
    if (certificate !== undefined) {
      this.#readCertificate = undefined;
      this.#certificate = describeCertificate(certificate);
    }
    return this.#certificate;
  }
}
