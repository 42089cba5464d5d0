// Puts store, hashing, service and RPC server together: one object that listens and closes in order.

import { AccountServiceDefinition } from "../gen/earshot/accounts/v1/accounts.js";
import {
  type Limits,
  type ListenAddress,
  RpcServer,
  type ServerTls,
  serveHealth,
  serveReflection,
  type TcpAddress,
  type UnixListenAddress,
} from "../rpc/index.js";
import { AccountService, type SessionLifetime } from "./account-service.js";
import { PasswordHasher, type PasswordHasherOptions } from "./password/password-hasher.js";
import type { AccountStore } from "./store/account-store.js";
import { openStore } from "./store/open-store.js";

export interface AccountServerOptions {
  /** `sqlite:FILE`, a path, or `mysql://USER:PASSWORD@HOST:PORT/NAME?tls=…`; or a store that is open, which is closed with the server. */
  readonly database: string | AccountStore;
  /** Either this or `plaintext`. */
  readonly tls?: ServerTls | undefined;
  /** No TLS: everyone on the way reads the passwords. For the lab. */
  readonly plaintext?: true | undefined;
  readonly hashing?: PasswordHasherOptions | undefined;
  readonly lifetime?: Partial<SessionLifetime> | undefined;
  readonly limits?: Partial<Limits> | undefined;
  /** Tells whoever connects the schema of all services, by grpc.reflection.v1. Health is told always. */
  readonly reflection?: boolean | undefined;
  /** The clock of sessions: milliseconds since 1970. Default Date.now. */
  readonly now?: (() => number) | undefined;
}

const PURGE_INTERVAL_MS = 60 * 60 * 1000;
const DEFAULT_GRACE_MS = 10_000;
/** Requests here are names and passwords: nobody needs more room, and strangers get no more. */
const ACCOUNT_LIMITS: Partial<Limits> = {
  maxFrameBytes: 64 * 1024,
  maxStreams: 128,
  streamWindowBytes: 64 * 1024,
  maxOpenRequestBytes: 1024 * 1024,
};

/** Opens the database. Call `listen` on what it resolves with. @throws StoreError, RpcError `bad_options`, RangeError */
export async function createAccountServer(options: AccountServerOptions): Promise<AccountServer> {
  const { database, tls, plaintext, limits, lifetime, now } = options;
  const rpc = new RpcServer({ tls, plaintext, limits: { ...ACCOUNT_LIMITS, ...limits } });
  serveHealth(rpc).set(AccountServiceDefinition.fullName, "SERVING");
  if (options.reflection === true) {
    const { descriptorSetBase64 } = await import("../gen/descriptor-set.js");
    serveReflection(rpc, { descriptorSet: Buffer.from(descriptorSetBase64, "base64") });
  }
  const hasher = new PasswordHasher(options.hashing);
  const store = typeof database === "string" ? await openStore(database) : database;
  return new AccountServer(rpc, store, new AccountService({ store, hasher, lifetime, now }));
}

export class AccountServer {
  /** Emits connections and calls. */
  readonly rpc: RpcServer;
  /** Emits registrations, logins and logouts. */
  readonly accounts: AccountService;
  readonly #store: AccountStore;
  #purging: NodeJS.Timeout | undefined;
  #closing: Promise<void> | undefined;

  /** @internal Use {@link createAccountServer}. */
  constructor(rpc: RpcServer, store: AccountStore, accounts: AccountService) {
    this.rpc = rpc;
    this.accounts = accounts;
    this.#store = store;
    rpc.serve(AccountServiceDefinition, {
      register: (request, ctx) => accounts.register(request, ctx),
      login: (request, ctx) => accounts.login(request, ctx),
      whoAmI: (request, ctx) => accounts.whoAmI(request, ctx),
      logout: (request, ctx) => accounts.logout(request, ctx),
    });
  }

  /** The database for people: the file, or the URL without its password. */
  get databaseLabel(): string {
    return this.#store.label;
  }

  /** May be called for several addresses. Port 0 takes any free one. Resolves with the address it got. @throws RpcError `address_in_use` and such */
  listen(address: TcpAddress): Promise<TcpAddress>;
  listen(address: UnixListenAddress): Promise<UnixListenAddress>;
  listen(address: ListenAddress): Promise<ListenAddress>;
  async listen(address: ListenAddress): Promise<ListenAddress> {
    const taken = await this.rpc.listen(address);
    if (this.#purging === undefined) {
      this.#purging = setInterval(() => this.#purge(), PURGE_INTERVAL_MS);
      this.#purging.unref();
      this.#purge();
    }
    return taken;
  }

  /** Lets calls in flight end within `graceMs` (default 10 s), cancels the rest, then closes the database. */
  close({ graceMs = DEFAULT_GRACE_MS }: { readonly graceMs?: number } = {}): Promise<void> {
    this.#closing ??= this.#close(graceMs);
    return this.#closing;
  }

  async #close(graceMs: number): Promise<void> {
    clearInterval(this.#purging);
    try {
      await this.rpc.close({ graceMs });
    } finally {
      await this.#store.close();
    }
  }

  /** Failing is no harm: expired sessions are refused whether they are deleted or not, and the next hour comes. */
  #purge(): void {
    this.accounts.purge().catch(() => undefined);
  }
}
