// earshot/rpc, the client. Frames are not padded, since no other peer pads them; ours-padded does.
import { startConnecting } from "../../connect-load.js";
import { dialPool } from "../../dial-pool.js";
import { startLanes } from "../../lanes.js";
import { login, payloads, sampleBytes, streamedBytes } from "../../messages.js";
import { loadProduct } from "../../product.js";
import { startStream } from "../../stream-load.js";

export async function dial({ port, cert, build, padding = "off" }) {
  const { connect, AccountServiceDefinition, EchoServiceDefinition } = await loadProduct(build);
  const connection = await connect({ host: "127.0.0.1", port, tls: { ca: cert }, padding });
  const accounts = connection.client(AccountServiceDefinition);
  const echo = connection.client(EchoServiceDefinition);
  return {
    loads: {
      unary: (payload, inFlight) => startLanes(inFlight, unaryCall(accounts, echo, payload)),
      stream: () => startStream((count) => echo.serverStream({ count, size: streamedBytes })),
    },
  };
}

function unaryCall(accounts, echo, payload) {
  const { bytes } = payloads[payload];
  if (bytes === 0) return (done) => accounts.login(login).then(() => done(), done);
  const data = sampleBytes(bytes);
  return (done) =>
    echo.unary({ data }).then((response) => done(response.data.length === bytes ? undefined : wrongLength()), done);
}

function wrongLength() {
  return new Error("the echo has another length");
}

export async function dialMany({ port, cert, build, padding = "off" }, count) {
  const { connect } = await loadProduct(build);
  return dialPool(count, () => connect({ host: "127.0.0.1", port, tls: { ca: cert }, padding }));
}

/** New connections, one after the other in each lane. */
export async function connectLoad({ port, cert, build, padding = "off" }, resume) {
  const { connect } = await loadProduct(build);
  return startConnecting(resume, async (serverName) => {
    const connection = await connect({ host: "127.0.0.1", port, tls: { ca: cert, serverName }, padding });
    return () => connection.close({ graceMs: 0 });
  });
}
