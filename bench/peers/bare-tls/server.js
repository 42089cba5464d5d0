// Node's own TLS server, with nothing on top, under the settings of ours.
import { createServer } from "node:tls";
import { loadProduct } from "../../product.js";
import { versions } from "../../tls-settings.js";

export async function serve({ cert, key, build, minVersion = versions.minVersion }) {
  const { alpn } = await loadProduct(build);
  const server = createServer({ cert, key, ...versions, minVersion, ALPNProtocols: [alpn] }, (socket) => {
    socket.setNoDelay(true);
    socket.on("error", () => {});
    // A connection without ALPN is one of `openssl s_time`; ours closes those too.
    if (socket.alpnProtocol === false) socket.end();
    else socket.on("data", () => {});
  });
  await new Promise((resolve) => server.listen({ port: 0, host: "127.0.0.1", backlog: 511 }, resolve));
  return { port: server.address().port };
}
