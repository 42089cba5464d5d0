// The very bytes that earshot/rpc puts on the wire for each payload, made once.
import { login, loginAnswer, payloads, sampleBytes, streamedBytes } from "../../messages.js";
import { loadProduct } from "../../product.js";

/** Ids and times have the length they have through most of a run. */
const streamId = 70_001;
const timeoutMs = 300_000;

/** `{ request, response }` for a payload's name. */
export async function loadFrames(payload, build) {
  const product = await loadProduct(build);
  const { bytes } = payloads[payload];
  const data = sampleBytes(bytes);
  const [method, request, response] =
    bytes === 0
      ? [
          "earshot.accounts.v1.AccountService/Login",
          encode(product.LoginRequest, login),
          encode(product.LoginResponse, loginAnswer),
        ]
      : [
          "earshot.test.v1.EchoService/Unary",
          encode(product.EchoRequest, { data }),
          encode(product.EchoResponse, { data }),
        ];
  const open = { method, timeoutMs, open: false, credit: 0, metadata: [], payload: request };
  return {
    request: bytesOf(product, { kind: "request", streamId, ...open }),
    response: bytesOf(product, { kind: "response", streamId, status: undefined, metadata: [], payload: response }),
  };
}

/** One message of a stream. */
export async function loadStreamFrame(build) {
  const product = await loadProduct(build);
  const payload = encode(product.EchoResponse, { data: sampleBytes(streamedBytes), index: 70_001 });
  return bytesOf(product, { kind: "data", streamId: 1, end: false, payload });
}

function encode(type, fields) {
  return type.encode(type.fromPartial(fields)).finish();
}

function bytesOf({ encodeFrame }, frame) {
  const { head, payload } = encodeFrame(frame);
  return Buffer.concat([head, payload]);
}
