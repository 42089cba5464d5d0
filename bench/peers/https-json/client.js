// node:https with JSON, the client. HTTP/1.1 has one call at a time on a connection, so it keeps one alive for each lane.
import { Agent, request } from "node:https";
import { startLanes } from "../../lanes.js";
import { login, payloads, sampleBytes } from "../../messages.js";
import { versions } from "../../tls-settings.js";

export async function dial({ port, cert }) {
  const agent = new Agent({ keepAlive: true, maxSockets: 128, ca: cert, ...versions });
  return {
    loads: { unary: (payload, inFlight) => startLanes(inFlight, unaryCall(agent, port, payload)) },
  };
}

function unaryCall(agent, port, payload) {
  const { bytes } = payloads[payload];
  const path = bytes === 0 ? "/login" : "/echo";
  const data = sampleBytes(bytes);
  return (done) => {
    const body = JSON.stringify(bytes === 0 ? login : { data: data.toString("base64") });
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    const call = request({ agent, host: "localhost", port, path, method: "POST", headers }, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => {
        const answer = JSON.parse(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks));
        if (bytes > 0) Buffer.from(answer.data, "base64");
        done();
      });
    });
    call.on("error", done);
    call.end(body);
  };
}
