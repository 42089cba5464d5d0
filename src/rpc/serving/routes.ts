// Which handler serves which path.

import { type MethodDefinition, methodPath, type ServiceDefinition } from "../../wire/service-definition.js";
import { StatusCode } from "../../wire/status-code.js";
import type { CallContext } from "../call-context.js";
import { RpcError } from "../rpc-error.js";
import type { ServiceHandlers } from "../service-types.js";

export interface Route {
  readonly path: string;
  readonly method: MethodDefinition;
  invoke(request: unknown, ctx: CallContext): unknown;
}

type AnyHandler = (request: unknown, ctx: CallContext) => unknown;

/**
 * One route for each method of the service. Handlers are looked up once, here, and called on their object.
 * @throws RpcError UNIMPLEMENTED `streaming_not_supported` for a definition with a streaming method: refused when the
 *   server starts, rather than when a caller finds out. INVALID_ARGUMENT `bad_options` for a missing handler.
 */
export function routesOf<D extends ServiceDefinition>(definition: D, handlers: ServiceHandlers<D>): Route[] {
  return Object.entries(definition.methods).map(([key, method]) => {
    const path = methodPath(definition, method);
    refuseStreaming(path, method);
    const handler: unknown = Reflect.get(handlers, key);
    if (!isHandler(handler)) {
      throw new RpcError(StatusCode.INVALID_ARGUMENT, `${path} has no handler: add ${key}() to the handlers`, {
        reason: "bad_options",
        delivery: "not_sent",
      });
    }
    return { path, method, invoke: (request, ctx) => handler.call(handlers, request, ctx) };
  });
}

/** @throws RpcError UNIMPLEMENTED for a method with a stream on either side. */
export function refuseStreaming(path: string, method: MethodDefinition): void {
  if (method.requestStream || method.responseStream) {
    throw new RpcError(StatusCode.UNIMPLEMENTED, `${path} is a streaming method; this version serves unary ones only`, {
      reason: "streaming_not_supported",
      delivery: "not_sent",
    });
  }
}

function isHandler(value: unknown): value is AnyHandler {
  return typeof value === "function";
}
