// The ceiling: a TLS server that answers each request's bytes with a response's bytes, and decodes nothing.
import { createServer } from "node:tls";
import { payloads } from "../../messages.js";
import { versions } from "../../tls-settings.js";
import { FrameCounter, FramePump } from "./frame-pump.js";
import { loadFrames, loadStreamFrame } from "./frames.js";

/** One port for each payload, since nothing in the bytes is read. */
export async function serve({ cert, key, build }) {
  const ports = {};
  for (const payload of Object.keys(payloads)) {
    const { request, response } = await loadFrames(payload, build);
    ports[payload] = await listen({ cert, key }, (socket) => answer(socket, request.length, response));
  }
  const frame = await loadStreamFrame(build);
  ports.stream = await listen({ cert, key }, (socket) => stream(socket, frame));
  return { port: ports };
}

function answer(socket, requestBytes, response) {
  const counter = new FrameCounter(requestBytes);
  const pump = new FramePump(socket, response);
  socket.on("data", (chunk) => pump.send(counter.push(chunk)));
}

/** As much as the reader takes. */
function stream(socket, frame) {
  const pump = new FramePump(socket, frame);
  const perTurn = Math.ceil(16_384 / frame.length);
  const more = () => {
    while (!socket.writableNeedDrain && !socket.destroyed) pump.send(perTurn);
  };
  socket.on("drain", more);
  more();
}

async function listen({ cert, key }, onSocket) {
  const server = createServer({ cert, key, ...versions }, (socket) => {
    socket.setNoDelay(true);
    socket.on("error", () => {});
    onSocket(socket);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server.address().port;
}
