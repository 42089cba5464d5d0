// @grpc/grpc-js, the server, on node:http2 as it comes.
import "./suite.js";
import grpc from "@grpc/grpc-js";
import { loginAnswer, sampleBytes } from "../../messages.js";
import { channelOptions, loadMethods } from "./service.js";

export async function serve({ cert, key }) {
  const server = new grpc.Server(channelOptions);
  const { login, echo, stream } = loadMethods();
  server.addService(
    { login, echo, stream },
    {
      login: (_call, done) => done(null, loginAnswer),
      echo: ({ request }, done) => done(null, { data: request.data }),
      stream: sendMany,
    },
  );
  const credentials = grpc.ServerCredentials.createSsl(null, [
    { cert_chain: Buffer.from(cert), private_key: Buffer.from(key) },
  ]);
  const port = await new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", credentials, (error, bound) => (error ? reject(error) : resolve(bound)));
  });
  return { port };
}

function sendMany(call) {
  const { count, size } = call.request;
  const data = sampleBytes(size);
  let index = 0;
  const more = () => {
    while (index < count && !call.cancelled) {
      if (!call.write({ data, index: index++ })) {
        call.once("drain", more);
        return;
      }
    }
    call.end();
  };
  more();
}
