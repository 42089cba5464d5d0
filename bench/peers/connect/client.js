// @connectrpc/connect-node, the client: the Connect protocol over HTTP/2, binary, uncompressed.
import { createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { startLanes } from "../../lanes.js";
import { login, payloads, sampleBytes, streamedBytes } from "../../messages.js";
import { loadDescriptors } from "../../protobufs.js";
import { startStream } from "../../stream-load.js";
import { versions } from "../../tls-settings.js";

export async function dial({ port, cert }) {
  const descriptors = loadDescriptors();
  const transport = createConnectTransport({
    baseUrl: `https://localhost:${port}`,
    httpVersion: "2",
    useBinaryFormat: true,
    acceptCompression: [],
    nodeOptions: { ca: cert, ...versions, settings: { initialWindowSize: 16 * 1024 * 1024 } },
  });
  const accounts = createClient(descriptors.accounts, transport);
  const echo = createClient(descriptors.echo, transport);
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
  return (done) => echo.unary({ data }).then(() => done(), done);
}
