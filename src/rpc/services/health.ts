// The standard health service, grpc.health.v1: what a load balancer or an orchestrator asks before it sends work.

import {
  HealthCheckResponse_ServingStatus as Answer,
  type HealthCheckRequest,
  HealthDefinition,
} from "../../gen/grpc/health/v1/health.js";
import { StatusCode } from "../../wire/status-code.js";
import type { CallContext } from "../call-context.js";
import { RpcError } from "../rpc-error.js";
import type { ServiceHandlers } from "../service-types.js";
import type { RpcServer } from "../serving/rpc-server.js";

export type ServingStatus = "SERVING" | "NOT_SERVING" | "UNKNOWN";

/** The name under which callers ask for the server as a whole. */
const WHOLE_SERVER = "";
const ANSWERS: Readonly<Record<ServingStatus, Answer>> = {
  SERVING: Answer.SERVING,
  NOT_SERVING: Answer.NOT_SERVING,
  UNKNOWN: Answer.UNKNOWN,
};

/**
 * Serves grpc.health.v1.Health. The server as a whole (service "") counts as serving until `server.close()` begins; then
 * all that is known here is not serving, and every watch is told so and ends.
 */
export function serveHealth(server: RpcServer): Health {
  const health = new Health();
  server.serve(HealthDefinition, health.handlers);
  server.once("drain", () => health.drain());
  return health;
}

/** What each service of a server says of itself. */
export class Health {
  readonly #statuses = new Map<string, ServingStatus>([[WHOLE_SERVER, "SERVING"]]);
  readonly #watches = new Map<string, Set<() => void>>();
  #draining = false;

  /** Sets what is told of the service "package.Service"; "" is the server as a whole. Once the server closes, nothing changes any more. */
  set(service: string, status: ServingStatus): void {
    if (!this.#draining) {
      this.#statuses.set(service, status);
      this.#wake(service);
    }
  }

  /** @internal The server takes no new calls. */
  drain(): void {
    this.#draining = true;
    for (const service of this.#statuses.keys()) {
      this.#statuses.set(service, "NOT_SERVING");
    }
    for (const service of this.#watches.keys()) {
      this.#wake(service);
    }
  }

  /** @internal For `server.serve`. */
  readonly handlers: ServiceHandlers<typeof HealthDefinition> = {
    check: ({ service }) => {
      const status = this.#statuses.get(service);
      if (status === undefined) {
        throw new RpcError(StatusCode.NOT_FOUND, "nothing is known of the health of that service");
      }
      return { status: ANSWERS[status] };
    },
    watch: (request, ctx) => this.#watch(request, ctx),
    list: () => {
      const statuses = [...this.#statuses].map(([service, status]) => [service, { status: ANSWERS[status] }] as const);
      return { statuses: Object.fromEntries(statuses) };
    },
  };

  /** Asks for the status only when the reader has room for it: who is slow misses what changed in between, and nothing piles up. */
  async *#watch({ service }: HealthCheckRequest, { signal }: CallContext): AsyncGenerator<{ status: Answer }> {
    let told: Answer | undefined;
    while (!signal.aborted) {
      const status = this.#answer(service);
      if (status !== told) {
        told = status;
        yield { status };
      } else if (this.#draining) {
        return;
      } else {
        await this.#change(service, signal);
      }
    }
  }

  #answer(service: string): Answer {
    const status = this.#statuses.get(service);
    return status === undefined ? Answer.SERVICE_UNKNOWN : ANSWERS[status];
  }

  /** Resolves when the service may have changed, or the call has ended. Keeps nothing of a name afterwards: callers choose them. */
  #change(service: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const waiting = this.#watches.get(service) ?? new Set();
      this.#watches.set(service, waiting);
      const settle = (): void => {
        signal.removeEventListener("abort", settle);
        waiting.delete(settle);
        if (waiting.size === 0) {
          this.#watches.delete(service);
        }
        resolve();
      };
      waiting.add(settle);
      signal.addEventListener("abort", settle);
    });
  }

  #wake(service: string): void {
    for (const settle of [...(this.#watches.get(service) ?? [])]) {
      settle();
    }
  }
}
