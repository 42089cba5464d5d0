// Calls a method that is known only from a schema read at run time, whatever its kind.
import { create, type DescMessage, type DescMethod, fromBinary, type Message, toBinary } from "@bufbuild/protobuf";
import { BinaryReader, BinaryWriter } from "@bufbuild/protobuf/wire";
import type { CallOptions, Connection } from "../../rpc/index.js";

/**
 * Makes the call and gives its answers, one or many. A method without a request stream takes the one request, or an
 * empty message when there is none.
 */
export async function* callMethod(
  connection: Connection,
  method: DescMethod,
  requests: AsyncIterable<Message>,
  options: CallOptions,
): AsyncGenerator<Message> {
  const service = { name: method.parent.name, fullName: method.parent.typeName };
  const types = { name: method.name, requestType: codecOf(method.input), responseType: codecOf(method.output) };
  switch (method.methodKind) {
    case "unary": {
      const call = { ...types, requestStream: false, responseStream: false } as const;
      yield await connection.client({ ...service, methods: { call } }).call(await single(method, requests), options);
      return;
    }
    case "server_streaming": {
      const call = { ...types, requestStream: false, responseStream: true } as const;
      yield* connection.client({ ...service, methods: { call } }).call(await single(method, requests), options);
      return;
    }
    case "client_streaming": {
      const call = { ...types, requestStream: true, responseStream: false } as const;
      yield await connection.client({ ...service, methods: { call } }).call(requests, options);
      return;
    }
    case "bidi_streaming": {
      const call = { ...types, requestStream: true, responseStream: true } as const;
      yield* connection.client({ ...service, methods: { call } }).call(requests, options);
    }
  }
}

/** Reads to the end: that there is no second one shows only then. */
async function single({ input }: DescMethod, requests: AsyncIterable<Message>): Promise<Message> {
  let only: Message | undefined;
  for await (const request of requests) only ??= request;
  return only ?? create(input);
}

/** A message type in the form in which generated ones come. */
interface Codec {
  readonly $type: string;
  encode(message: Message): { finish(): Uint8Array };
  decode(input: BinaryReader | Uint8Array): Message;
  fromPartial(message: Message): Message;
}

function codecOf(type: DescMessage): Codec {
  return {
    $type: type.typeName,
    encode: (message) => ({ finish: () => toBinary(type, message) }),
    decode: (input) => fromBinary(type, input instanceof BinaryReader ? rest(input) : input),
    fromPartial: (message) => message,
  };
}

/** What the reader has still to read: it gives only whole fields, not the bytes themselves. */
function rest(reader: BinaryReader): Uint8Array {
  const writer = new BinaryWriter();
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    writer.tag(field, wireType).raw(reader.skip(wireType, field));
  }
  return writer.finish();
}
