// The active man in the middle: ends the client's TLS with a certificate of his own, reads, and goes on to the real
// server. The plain text between his two halves passes a sniffer, which is what he sees.
//
//   client --TLS--> front | plain --> sniffer --relay--> plain | back --TLS--> server
import { once } from "node:events";
import * as net from "node:net";
import * as tls from "node:tls";
import { generate } from "selfsigned";
import { ALPN_PROTOCOL } from "../wire/protocol.js";

export interface ImpersonatorOptions {
  /** Port of the real server on 127.0.0.1. */
  readonly serverPort: number;
  /** Signs his certificate; without one it is from nobody whom the client trusts. */
  readonly authority?: { readonly key: string; readonly cert: string } | undefined;
}

export class Impersonator {
  readonly #front: tls.Server;
  readonly #back: net.Server;
  readonly #sockets = new Set<net.Socket>();
  #plainPort = 0;
  #serverCertificate: string | undefined;

  private constructor(front: tls.Server, back: net.Server) {
    this.#front = front;
    this.#back = back;
  }

  /** Listens with both halves. Until {@link route} is called nothing is passed on. */
  static async listen({ serverPort, authority }: ImpersonatorOptions): Promise<Impersonator> {
    const certificate = await falseCertificate(authority);
    const front = tls.createServer({
      cert: certificate.cert,
      key: certificate.private,
      ALPNProtocols: [ALPN_PROTOCOL],
    });
    const back = net.createServer({ allowHalfOpen: true });
    const impersonator = new Impersonator(front, back);
    front.on("secureConnection", (socket) =>
      impersonator.#join(socket, net.connect(impersonator.#plainPort, "127.0.0.1")),
    );
    back.on("connection", (socket) => {
      // He has no reason to verify the server: he only wants to be let through.
      const onward = { port: serverPort, host: "127.0.0.1", ALPNProtocols: [ALPN_PROTOCOL], rejectUnauthorized: false };
      const server = tls.connect(onward, () => {
        impersonator.#serverCertificate ??= `CN=${server.getPeerCertificate().subject?.CN}`;
      });
      impersonator.#join(socket, server);
    });
    await Promise.all([listenOn(front), listenOn(back)]);
    return impersonator;
  }

  /** Where the client is lured to. */
  get frontPort(): number {
    return portOf(this.#front);
  }

  /** Where the plain text goes on to the real server. */
  get backPort(): number {
    return portOf(this.#back);
  }

  /** Whose certificate the real server showed him; undefined while he has not asked it. */
  get serverCertificate(): string | undefined {
    return this.#serverCertificate;
  }

  /** Sends the plain text of the client's side to this port on 127.0.0.1: the sniffer's relay. */
  route(plainPort: number): void {
    this.#plainPort = plainPort;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    const closed = [once(this.#front, "close"), once(this.#back, "close")];
    this.#front.close();
    this.#back.close();
    await Promise.all(closed);
  }

  #join(left: net.Socket, right: net.Socket): void {
    for (const [socket, other] of [
      [left, right],
      [right, left],
    ] as const) {
      this.#sockets.add(socket);
      // A client that refuses the certificate shows as an error here; it only means there is nothing to pass on.
      socket.on("error", () => other.destroy());
      socket.on("close", () => {
        this.#sockets.delete(socket);
        other.end();
      });
      socket.pipe(other);
    }
  }
}

/** A certificate for the right name. */
async function falseCertificate(authority: ImpersonatorOptions["authority"]) {
  const subject = [{ name: "commonName", value: "localhost" }];
  return generate(subject, {
    keyType: "ec",
    curve: "P-256",
    algorithm: "sha256",
    ...(authority && { ca: authority }),
    extensions: [
      {
        name: "subjectAltName",
        altNames: [
          { type: 2, value: "localhost" },
          { type: 7, ip: "127.0.0.1" },
        ],
      },
    ],
  });
}

async function listenOn(server: net.Server): Promise<void> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
}

function portOf(server: net.Server): number {
  const address = server.address();
  return address !== null && typeof address === "object" ? address.port : 0;
}
