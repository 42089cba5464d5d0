// @grpc/grpc-js, the client, with callbacks, which are its native and fastest form.
import "./suite.js";
import grpc from "@grpc/grpc-js";
import { dialPool } from "../../dial-pool.js";
import { startLanes } from "../../lanes.js";
import { login, payloads, sampleBytes, streamedBytes } from "../../messages.js";
import { channelOptions, loadMethods } from "./service.js";

export async function dial(settings) {
  const client = await ready(settings);
  const methods = loadMethods();
  return {
    loads: {
      unary: (payload, inFlight) => startLanes(inFlight, unaryCall(client, methods, payload)),
      stream: () => startStream(client, methods.stream),
    },
  };
}

export async function dialMany(settings, count) {
  return dialPool(count, () => ready(settings));
}

async function ready({ port, cert }) {
  const client = new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createSsl(Buffer.from(cert)), channelOptions);
  await new Promise((resolve, reject) => {
    client.waitForReady(Date.now() + 20_000, (error) => (error ? reject(error) : resolve()));
  });
  return client;
}

function unaryCall(client, methods, payload) {
  const { bytes } = payloads[payload];
  const method = bytes === 0 ? methods.login : methods.echo;
  const request = bytes === 0 ? login : { data: sampleBytes(bytes) };
  const { path, requestSerialize, responseDeserialize } = method;
  return (done) => client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, done);
}

function startStream(client, { path, requestSerialize, responseDeserialize }) {
  const request = { count: 0xffff_ffff, size: streamedBytes };
  const call = client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, request);
  const load = { completed: 0, failed: undefined, stop };
  let stopping = false;
  call.on("data", () => {
    load.completed += 1;
  });
  const ended = new Promise((resolve) => {
    call.on("error", (error) => {
      if (!stopping) load.failed ??= error;
      resolve();
    });
    call.on("end", resolve);
  });
  function stop() {
    stopping = true;
    call.cancel();
    return ended;
  }
  return load;
}
