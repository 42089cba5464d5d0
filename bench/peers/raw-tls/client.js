// The ceiling: a TLS client that keeps so many requests' bytes on the way, and decodes nothing.
import { once } from "node:events";
import { connect } from "node:tls";
import { payloads } from "../../messages.js";
import { requireSuite, versions } from "../../tls-settings.js";
import { FrameCounter, FramePump } from "./frame-pump.js";
import { loadFrames, loadStreamFrame } from "./frames.js";

export async function dial({ port: ports, cert, build }) {
  const sockets = {};
  const frames = {};
  for (const payload of Object.keys(payloads)) {
    sockets[payload] = await open(ports[payload], cert);
    frames[payload] = await loadFrames(payload, build);
  }
  const streamFrame = await loadStreamFrame(build);
  return {
    loads: {
      unary: (payload, inFlight) => startEcho(sockets[payload], frames[payload], inFlight),
      stream: () => startStream(ports.stream, cert, streamFrame.length),
    },
  };
}

function startEcho(socket, { request, response }, inFlight) {
  const counter = new FrameCounter(response.length);
  const pump = new FramePump(socket, request);
  const load = { completed: 0, failed: undefined, stop };
  let open = inFlight;
  let stopping = false;
  let stopped;
  const onData = (chunk) => {
    const answered = counter.push(chunk);
    load.completed += answered;
    if (!stopping) {
      pump.send(answered);
      return;
    }
    open -= answered;
    if (open === 0) {
      socket.off("data", onData);
      stopped();
    }
  };
  socket.on("data", onData);
  pump.send(inFlight);
  function stop() {
    stopping = true;
    return new Promise((resolve) => {
      stopped = resolve;
    });
  }
  return load;
}

function startStream(port, cert, frameBytes) {
  const load = { completed: 0, failed: undefined, stop };
  const counter = new FrameCounter(frameBytes);
  const opened = open(port, cert).then((socket) =>
    socket.on("data", (chunk) => {
      load.completed += counter.push(chunk);
    }),
  );
  async function stop() {
    (await opened).destroy();
  }
  return load;
}

async function open(port, cert) {
  const socket = connect({ host: "127.0.0.1", port, ca: cert, ...versions });
  await once(socket, "secureConnect");
  requireSuite(socket);
  socket.setNoDelay(true);
  socket.on("error", () => {});
  return socket;
}
