// An account server on SQLite, whose hasher and store can be counted, and logins to it that tell how they ended.

import { join } from "node:path";
import type { Test } from "tap";
import { AccountServiceDefinition, RetryAfter } from "../../../src/gen/earshot/accounts/v1/accounts.js";
import { connect, RpcError, RpcServer, type ServiceClient } from "../../../src/rpc/index.js";
import { AccountService } from "../../../src/server/account-service.js";
import { PasswordHasher, type PasswordHasherOptions } from "../../../src/server/password/password-hasher.js";
import type { AccountStore } from "../../../src/server/store/account-store.js";
import { openStore } from "../../../src/server/store/open-store.js";
import { openThrottle, type ThrottleOption } from "../../../src/server/throttle/open-throttle.js";

export const PASSWORD = "tiger lamp ocean 42";
export const WRONG = "violin gravel comet 17";
const HOST = "127.0.0.1";

export interface GuardedOptions {
  readonly hashing?: PasswordHasherOptions;
  readonly throttle?: ThrottleOption;
}

export class GuardedServer {
  readonly hasher: PasswordHasher;
  /** What was asked of the store, by the name of the method. */
  readonly asked: string[] = [];
  readonly #port: number;
  readonly #t: Test;

  static async start(t: Test, { hashing, throttle = "off" }: GuardedOptions = {}): Promise<GuardedServer> {
    const hasher = new PasswordHasher({ cost: { ln: 4, r: 8, p: 1 }, ...hashing });
    const asked: string[] = [];
    const store = await openStore(join(t.testdir(), "a.db"));
    const rpc = new RpcServer({ plaintext: true, limits: { maxStreams: 600 } });
    const made = openThrottle(undefined, throttle);
    const service = new AccountService({ store: counted(store, asked), hasher, throttle: made });
    rpc.serve(AccountServiceDefinition, service.handlers);
    const { port } = await rpc.listen({ host: HOST, port: 0 });
    t.teardown(async () => {
      await rpc.close({ graceMs: 0 });
      await store.close();
    });
    return new GuardedServer(t, port, hasher, asked);
  }

  private constructor(t: Test, port: number, hasher: PasswordHasher, asked: string[]) {
    this.#t = t;
    this.#port = port;
    this.hasher = hasher;
    this.asked = asked;
  }

  /** A client on a connection of its own. */
  async client(): Promise<ServiceClient<typeof AccountServiceDefinition>> {
    const connection = await connect({ host: HOST, port: this.#port, plaintext: true });
    this.#t.teardown(() => connection.close());
    return connection.client(AccountServiceDefinition);
  }
}

/** The error of a call that fails. */
export async function failure(call: Promise<unknown>): Promise<RpcError> {
  const error: unknown = await call.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  if (!(error instanceof RpcError)) {
    throw new Error("the call did not fail as calls do");
  }
  return error;
}

/** How long a refusal says to wait. */
export function retryAfterMs(error: RpcError): number {
  return error.detail(RetryAfter)?.retryAfterMs ?? Number.NaN;
}

function counted(store: AccountStore, asked: string[]): AccountStore {
  return new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") {
        return value;
      }
      return (...given: unknown[]): unknown => {
        asked.push(String(name));
        return Reflect.apply(value, target, given);
      };
    },
  });
}
