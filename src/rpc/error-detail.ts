// How typed details ride in a status: google.protobuf.Any with the type's full name behind "type.googleapis.com/".

import type { Any } from "../gen/google/protobuf/any.js";

const TYPE_URL_PREFIX = "type.googleapis.com/";

/** What ts-proto generates for a message, as far as a detail needs it. */
export interface DetailType<T> {
  readonly $type: string;
  encode(message: T): { finish(): Uint8Array };
  decode(input: Uint8Array): T;
  fromPartial(object: object): T;
}

/** A detail as handlers write it: `[InvalidField, { field: "password" }]`. */
export type Detail = readonly [type: DetailType<unknown>, fields: object];

/** Packs one detail. The compiler checks the fields here, which the pairs of `details` cannot have. */
export function packDetail<T>(type: DetailType<T>, fields: Partial<T> & object): Any {
  return { typeUrl: TYPE_URL_PREFIX + type.$type, value: type.encode(type.fromPartial(fields)).finish() };
}

export function unpackDetail<T>(details: readonly Any[], type: DetailType<T>): T | undefined {
  const found = details.find((detail) => typeName(detail.typeUrl) === type.$type);
  if (found === undefined) {
    return undefined;
  }
  try {
    return type.decode(found.value);
  } catch {
    return undefined; // A detail explains an error; one that is broken must not replace it.
  }
}

/** Only what follows the last slash names the type; the host before it is a convention. */
function typeName(typeUrl: string): string {
  return typeUrl.slice(typeUrl.lastIndexOf("/") + 1);
}
