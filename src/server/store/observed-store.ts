// A store whose calls are watched: how each ended and how long it took, for metrics and for the server's health.

import type { AccountStore } from "./account-store.js";
import { StoreError } from "./store-error.js";

export interface StoreCall {
  /** The method's name. */
  readonly method: string;
  /** Undefined when it succeeded. */
  readonly error: StoreError | undefined;
  readonly durationMs: number;
}

type Method = (...values: unknown[]) => unknown;

/** The same store; `observe` must not throw. What answers at once is not watched, nor is closing, nor probes. */
export function observedStore(store: AccountStore, observe: (call: StoreCall) => void): AccountStore {
  const watched = new Map<PropertyKey, Method>();
  return new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function" || typeof name !== "string" || UNWATCHED.has(name)) {
        return member;
      }
      const known = watched.get(name);
      if (known !== undefined) {
        return known;
      }
      const method: Method = (...values) => watch(name, () => Reflect.apply(member, target, values), observe);
      watched.set(name, method);
      return method;
    },
  });
}

const UNWATCHED: ReadonlySet<string> = new Set(["nodes", "close", "probe"] satisfies (keyof AccountStore)[]);

async function watch(method: string, call: () => unknown, observe: (call: StoreCall) => void): Promise<unknown> {
  const startedMs = performance.now();
  const end = (error: StoreError | undefined): void =>
    observe({ method, error, durationMs: performance.now() - startedMs });
  try {
    const result = await call();
    end(undefined);
    return result;
  } catch (error) {
    end(error instanceof StoreError ? error : new StoreError("internal", "the store failed", { cause: error }));
    throw error;
  }
}
