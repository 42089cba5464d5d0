// The methods as grpc-js wants them: a path, and a function to and from bytes for each side.
import { loadProtobufjs } from "../../protobufs.js";

export function loadMethods() {
  const schema = loadProtobufjs();
  return {
    login: unary(schema, "/earshot.accounts.v1.AccountService/Login", "LoginRequest", "LoginResponse"),
    echo: unary(schema, "/earshot.test.v1.EchoService/Unary", "EchoRequest", "EchoResponse"),
    stream: {
      ...unary(schema, "/earshot.test.v1.EchoService/ServerStream", "EchoRequest", "EchoResponse"),
      responseStream: true,
    },
  };
}

function unary(schema, path, request, response) {
  const requestType = schema.lookupType(request);
  const responseType = schema.lookupType(response);
  return {
    path,
    requestStream: false,
    responseStream: false,
    requestSerialize: serializer(requestType),
    requestDeserialize: (bytes) => requestType.decode(bytes),
    responseSerialize: serializer(responseType),
    responseDeserialize: (bytes) => responseType.decode(bytes),
  };
}

/** protobufjs's own pool writes into Buffers on Node, so `finish` already gives what grpc-js sends. */
function serializer(type) {
  return (message) => {
    const bytes = type.encode(message).finish();
    return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  };
}

/** One window of HTTP/2 larger than the largest message, and no limit on messages: so that 1 MB does not wait for credit. */
export const channelOptions = {
  "grpc.max_receive_message_length": -1,
  "grpc.max_send_message_length": -1,
  "grpc-node.flow_control_window": 16 * 1024 * 1024,
  "grpc-node.max_session_memory": Number.MAX_SAFE_INTEGER,
  "grpc.max_concurrent_streams": 4096,
  // Each channel its own connection, where many are held.
  "grpc.use_local_subchannel_pool": 1,
  "grpc.enable_retries": 0,
  "grpc.enable_channelz": 0,
};
