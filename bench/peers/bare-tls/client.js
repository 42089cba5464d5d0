// Node's own TLS client, with nothing on top, under the settings of ours.
import { once } from "node:events";
import { connect, createSecureContext } from "node:tls";
import { startConnecting } from "../../connect-load.js";
import { dialPool } from "../../dial-pool.js";
import { loadProduct } from "../../product.js";
import { requireSuite, versions } from "../../tls-settings.js";

export async function dialMany(settings, count) {
  const open = await opener(settings);
  return dialPool(count, () => open("localhost", undefined, () => {}));
}

/** New connections, one after the other in each lane. */
export async function connectLoad(settings, resume) {
  const open = await opener(settings);
  const sessions = [];
  const keep = (session) => {
    if (sessions.length < 64) sessions.push(session);
  };
  // Each is used once where there are enough, as ours does it.
  const nextSession = () => (sessions.length > 1 ? sessions.pop() : sessions[0]);
  return startConnecting(resume, async (servername) => {
    const socket = await open(servername, nextSession(), resume ? keep : () => {});
    socket.isSessionReused();
    return () => socket.end();
  });
}

/** One secure context for all, as ours has it. */
async function opener({ port, cert, build }) {
  const { alpn } = await loadProduct(build);
  const secureContext = createSecureContext({ ca: cert, ...versions });
  return async (servername, session, onSession) => {
    const options = { host: "127.0.0.1", port, servername, session, secureContext, ALPNProtocols: [alpn] };
    const socket = connect(options);
    socket.on("session", onSession);
    await once(socket, "secureConnect");
    requireSuite(socket);
    socket.on("error", () => {});
    socket.resume();
    return socket;
  };
}
