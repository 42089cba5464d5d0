// Who is at the other end of a socket, as handlers and listeners see it.

import type { X509Certificate } from "node:crypto";
import type { TLSSocket } from "node:tls";
import type { Peer, PeerCertificate } from "../call-context.js";
import { describeCertificate } from "./peer-certificate.js";

/** RFC 9266, section 2. */
const BINDING_LABEL = "EXPORTER-Channel-Binding";
const BINDING_BYTES = 32;
const EMPTY_CONTEXT = Buffer.alloc(0);

export class SocketPeer implements Peer {
  readonly address: string;
  readonly port: number;
  readonly encrypted: boolean;
  readonly resumed: boolean;
  #readCertificate: (() => X509Certificate | undefined) | undefined;
  #certificate: PeerCertificate | undefined;
  readonly #tls: TLSSocket | undefined;
  #channelBinding: Uint8Array | undefined;

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
    this.#tls = tls;
  }

  get channelBinding(): Uint8Array | undefined {
    if (this.#channelBinding === undefined && this.#tls?.destroyed === false && this.#tls.getProtocol() === "TLSv1.3") {
      this.#channelBinding = this.#tls.exportKeyingMaterial(BINDING_BYTES, BINDING_LABEL, EMPTY_CONTEXT);
    }
    return this.#channelBinding;
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
