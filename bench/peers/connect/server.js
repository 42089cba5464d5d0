// @connectrpc/connect-node, the server: the Connect protocol over HTTP/2.
import { createSecureServer } from "node:http2";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { loginAnswer, sampleBytes } from "../../messages.js";
import { loadDescriptors } from "../../protobufs.js";
import { versions } from "../../tls-settings.js";

const windowBytes = 16 * 1024 * 1024;

export async function serve({ cert, key }) {
  const { accounts, echo } = loadDescriptors();
  const handler = connectNodeAdapter({
    grpc: false,
    grpcWeb: false,
    routes: (router) => {
      router.service(accounts, { login: () => loginAnswer });
      router.service(echo, { unary: ({ data }) => ({ data }), serverStream: sendMany });
    },
  });
  const settings = { initialWindowSize: windowBytes, maxConcurrentStreams: 4096 };
  const server = createSecureServer({ cert, key, ...versions, settings }, handler);
  server.on("session", (session) => session.setLocalWindowSize(windowBytes));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { port: server.address().port };
}

async function* sendMany({ count, size }) {
  const data = sampleBytes(size);
  for (let index = 0; index < count; index += 1) yield { data, index };
}
