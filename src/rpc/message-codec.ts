// Generated messages to bytes and back, with the checks that the generated code leaves out.

import type { BinaryReader } from "@bufbuild/protobuf/wire";
import { MessageReader } from "./message-reader.js";
import { MessageWriter } from "./message-writer.js";

/** What ts-proto generates for a message, without its type: the definition's literal types keep that. */
export interface MessageCodec {
  // As a method it takes what the generated one takes, which names the stock writer.
  encode(message: unknown, writer?: never): { finish(): Uint8Array };
  decode(input: BinaryReader | Uint8Array): object;
  fromPartial(object: object): unknown;
}

/** One of each serves all messages: no code of anyone else runs between its `begin` and its end, but see `lent`. */
const sharedWriter = new MessageWriter();
const sharedReader = new MessageReader();
/** A type that is not generated may encode or decode others in turn; those get a writer or reader of their own. */
const lent = { writer: false, reader: false };

/**
 * Decodes a whole payload. The generated decoder stops quietly at a zero tag or an end-group tag, and what it makes of
 * the bytes before is no message that anyone meant: only a reader that stands exactly at the end has read it all.
 * @throws Error for bytes that are no such message.
 */
export function decodeMessage(type: MessageCodec, payload: Uint8Array): object {
  if (lent.reader) {
    return decodeWith(new MessageReader(), type, payload);
  }
  lent.reader = true;
  try {
    return decodeWith(sharedReader, type, payload);
  } finally {
    sharedReader.release(); // What a connection received must not outlive it here.
    lent.reader = false;
  }
}

/** Encodes a message given in part. @throws Error when a field has a value of a wrong type. */
export function encodeMessage(type: MessageCodec, fields: object): Uint8Array {
  const message = type.fromPartial(fields);
  if (lent.writer) {
    return encodeWith(new MessageWriter(), type, message);
  }
  lent.writer = true;
  try {
    return encodeWith(sharedWriter, type, message);
  } finally {
    lent.writer = false;
  }
}

function encodeWith(writer: MessageWriter, type: MessageCodec, message: unknown): Uint8Array {
  writer.begin();
  // It has every method of the stock writer, which the compiler tells apart by what is private to it.
  return type.encode(message, writer as never).finish();
}

function decodeWith(reader: MessageReader, type: MessageCodec, payload: Uint8Array): object {
  const known = takesOurReader.get(type) ?? probe(type);
  reader.begin(payload);
  if (!known) {
    reader.passAll();
    return type.decode(payload);
  }
  const message = type.decode(reader);
  if (reader.pos !== payload.length) {
    throw new RangeError("bytes that belong to no field");
  }
  return message;
}

/**
 * Code that was generated for another copy of @bufbuild/protobuf does not know our reader by its class, and would take it
 * for bytes. It gets the bytes, and whether they are fields to the last one is read beside it.
 */
const takesOurReader = new WeakMap<MessageCodec, boolean>();

function probe(type: MessageCodec): boolean {
  const known = decodesNothingFrom(new MessageReader(), type);
  takesOurReader.set(type, known);
  return known;
}

/** No bytes are a message of every type, so only a reader that is not known as one can fail. */
function decodesNothingFrom(reader: MessageReader, type: MessageCodec): boolean {
  try {
    type.decode(reader);
    return true;
  } catch {
    return false;
  }
}
