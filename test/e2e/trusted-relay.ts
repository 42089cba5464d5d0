// Who has a CA that the client trusts: ends its TLS, begins another to the real server, passes on all, and keeps all.
import { once } from "node:events";
import type { Socket } from "node:net";
import { connect, createServer, type TLSSocket } from "node:tls";
import type { Test } from "tap";
import { ALPN_PROTOCOL } from "../../src/wire/protocol.js";
import { makeAuthority, makeCertificate } from "../fixtures/certificates.js";

export interface TrustedRelay {
  /** `127.0.0.1:port`. */
  readonly address: string;
  /** PEM of the authority. */
  readonly ca: string;
  /** All that went by in the clear, both ways. */
  seen(): Buffer;
}

export async function startTrustedRelay(t: Test, serverPort: number): Promise<TrustedRelay> {
  const authority = await makeAuthority("A company's own CA");
  const { cert, key } = await makeCertificate(authority);
  const chunks: Buffer[] = [];
  const sockets = new Set<Socket>();
  const pass = (from: TLSSocket, to: TLSSocket) => {
    sockets.add(from);
    from.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      to.write(chunk);
    });
    from.on("end", () => to.end());
    from.on("error", () => to.destroy());
  };
  const front = createServer({ cert, key, ALPNProtocols: [ALPN_PROTOCOL] }, (inside) => {
    const target = { port: serverPort, host: "127.0.0.1", ALPNProtocols: [ALPN_PROTOCOL], rejectUnauthorized: false };
    const outside = connect(target);
    pass(inside, outside);
    pass(outside, inside);
  });
  front.listen(0, "127.0.0.1");
  await once(front, "listening");
  t.teardown(async () => {
    for (const socket of sockets) socket.destroy();
    front.close();
    await once(front, "close");
  });
  const bound = front.address();
  const port = typeof bound === "object" && bound !== null ? bound.port : 0;
  return { address: `127.0.0.1:${port}`, ca: authority.cert, seen: () => Buffer.concat(chunks) };
}
