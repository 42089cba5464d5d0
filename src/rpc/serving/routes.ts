// Which handler serves which path, and what runs around it.

import { type MethodDefinition, methodPath, type ServiceDefinition } from "../../wire/service-definition.js";
import { StatusCode } from "../../wire/status-code.js";
import type { CallContext } from "../call-context.js";
import { callKindOf } from "../call-kind.js";
import {
  asyncOf,
  type CallKind,
  intercepted,
  isStream,
  type Messages,
  type ServerCallInfo,
  type ServerInterceptor,
} from "../interceptor.js";
import { RpcError } from "../rpc-error.js";
import type { ServiceHandlers } from "../service-types.js";

/** What a handler takes and gives: one message, or a stream of them, or a promise of either. */
type Invoke = (request: object, ctx: CallContext) => unknown;

export interface Route {
  readonly path: string;
  readonly kind: CallKind;
  readonly method: MethodDefinition;
  readonly invoke: Invoke;
}

type AnyHandler = (request: object, ctx: CallContext) => unknown;

/**
 * One route for each method that has a handler. Handlers are looked up, and put behind the interceptors, once: here. They are
 * called on their object. A method without one, which only programs without types can leave out, is UNIMPLEMENTED: a service
 * may gain a method without breaking those who serve it.
 * @throws RpcError INVALID_ARGUMENT `bad_options` for a handler that is no function.
 */
export function routesOf<D extends ServiceDefinition>(
  definition: D,
  handlers: ServiceHandlers<D>,
  interceptors: readonly ServerInterceptor[] = [],
): Route[] {
  return Object.entries(definition.methods).flatMap(([key, method]) => {
    const path = methodPath(definition, method);
    const kind = callKindOf(method);
    const handler: unknown = Reflect.get(handlers, key);
    if (handler === undefined) {
      return [];
    }
    if (!isHandler(handler)) {
      throw new RpcError(StatusCode.INVALID_ARGUMENT, `the handler of ${path} is no function but ${typeof handler}`, {
        reason: "bad_options",
        delivery: "not_sent",
      });
    }
    const invoke: Invoke = (request, ctx) => handler.call(handlers, request, ctx);
    const around = interceptors.length === 0 ? invoke : behind(interceptors, invoke, { path, kind, method });
    return [{ path, kind, method, invoke: around }];
  });
}

function isHandler(value: unknown): value is AnyHandler {
  return typeof value === "function";
}

function behind(
  interceptors: readonly ServerInterceptor[],
  invoke: Invoke,
  { path, kind, method }: Omit<Route, "invoke">,
): Invoke {
  const chain = intercepted<ServerCallInfo>(interceptors, async ({ request, ctx }) =>
    asMessages(await invoke(request, ctx), path, method.responseStream),
  );
  return async (request, ctx) =>
    asMessages(await chain({ kind, method: path, ctx, request }), path, method.responseStream);
}

/** What a handler or an interceptor gave, in the one form that interceptors know. @throws TypeError for anything else. */
function asMessages(given: unknown, path: string, stream: boolean): Messages {
  if (typeof given === "object" && given !== null) {
    if (stream && Symbol.iterator in given) {
      return asyncOf(given as Iterable<object>); // The types of handlers promise messages; encoding checks each.
    }
    if (isStream(given) === stream) {
      return given;
    }
  }
  throw new TypeError(`${path} was answered with ${stream ? "no stream" : "no single message"}`);
}
