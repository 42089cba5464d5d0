// earshot/rpc, the server.
import { loginAnswer, sampleBytes } from "../../messages.js";
import { loadProduct } from "../../product.js";

export async function serve({ cert, key, build, minVersion, padding = "off" }) {
  const { RpcServer, AccountServiceDefinition, EchoServiceDefinition } = await loadProduct(build);
  // All connections of a benchmark come from one address.
  const limits = { maxConnectionsPerAddress: 10_000 };
  const server = new RpcServer({ tls: { cert, key, minVersion }, limits, padding });
  server.serve(AccountServiceDefinition, {
    login: () => loginAnswer,
    register: unused,
    whoAmI: unused,
    logout: unused,
  });
  serveEcho(server, EchoServiceDefinition);
  const { port } = await server.listen({ host: "127.0.0.1", port: 0 });
  return { port };
}

function serveEcho(server, definition) {
  const handlers = { unary: ({ data }) => ({ data }), serverStream: sendMany, clientStream: unused, bidi: unused };
  try {
    server.serve(definition, handlers);
  } catch {
    // A build from before streaming.
    server.serve({ ...definition, methods: { unary: definition.methods.unary } }, handlers);
  }
}

async function* sendMany({ count, size }) {
  const data = sampleBytes(size);
  for (let index = 0; index < count; index += 1) yield { data, index };
}

function unused() {
  throw new Error("not part of the benchmark");
}
