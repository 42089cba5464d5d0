// The only list of methods: routing, typed clients and schema-aware decoding all look a path up here.
import { type MethodDefinition, methodPath, type ServiceDefinition } from "./service-definition.js";

/** Methods by path. */
export class ServiceTable {
  readonly #methods = new Map<string, MethodDefinition>();

  constructor(services: readonly ServiceDefinition[] = []) {
    for (const service of services) {
      this.add(service);
    }
  }

  /** Adding a service again replaces its methods. */
  add(service: ServiceDefinition): void {
    for (const method of Object.values(service.methods)) {
      this.#methods.set(methodPath(service, method), method);
    }
  }

  /** The method of "package.Service/Method", or undefined. */
  find(path: string): MethodDefinition | undefined {
    return this.#methods.get(path);
  }

  /** All paths, in the order in which they were added. */
  paths(): IterableIterator<string> {
    return this.#methods.keys();
  }
}
