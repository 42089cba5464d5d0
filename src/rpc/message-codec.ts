// Generated messages to bytes and back, with the checks that the generated code leaves out.

import { BinaryReader } from "@bufbuild/protobuf/wire";

/** What ts-proto generates for a message, without its type: the definition's literal types keep that. */
export interface MessageCodec {
  encode(message: unknown): { finish(): Uint8Array };
  decode(input: BinaryReader | Uint8Array): object;
  fromPartial(object: object): unknown;
}

/**
 * Decodes a whole payload. The generated decoder stops quietly at a zero tag or an end-group tag, and what it makes of
 * the bytes before is no message that anyone meant: only a reader that stands exactly at the end has read it all.
 * @throws Error for bytes that are no such message.
 */
export function decodeMessage(type: MessageCodec, payload: Uint8Array): object {
  const reader = new BinaryReader(payload);
  const message = type.decode(reader);
  if (reader.pos !== payload.length) {
    throw new RangeError("bytes that belong to no field");
  }
  return message;
}

/** Encodes a message given in part. @throws Error when a field has a value of a wrong type. */
export function encodeMessage(type: MessageCodec, fields: object): Uint8Array {
  return type.encode(type.fromPartial(fields)).finish();
}
