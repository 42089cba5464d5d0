// Emits an event so that its listeners cannot break what emits it.

/**
 * Calls each listener with the values. One that throws is told to `onError`, and the next still gets the event: a
 * connection in the midst of its work must not depend on who watches it. An event without listeners is dropped, `error`
 * too, for which Node would end the process.
 */
export function tellListeners(
  emitter: object,
  listeners: readonly unknown[],
  values: readonly unknown[],
  onError: (error: unknown) => void,
): void {
  for (const listener of listeners) {
    try {
      if (typeof listener === "function") {
        const outcome: unknown = Reflect.apply(listener, emitter, values);
        if (outcome instanceof Promise) {
          outcome.catch(onError); // An async one that throws would end the process.
        }
      }
    } catch (error) {
      onError(error);
    }
  }
}
