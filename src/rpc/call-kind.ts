// Which of the four kinds of call a method is.

import type { MethodDefinition } from "../wire/service-definition.js";
import type { CallKind } from "./interceptor.js";

export function callKindOf({ requestStream, responseStream }: MethodDefinition): CallKind {
  if (requestStream) {
    return responseStream ? "bidi_streaming" : "client_streaming";
  }
  return responseStream ? "server_streaming" : "unary";
}
