// Puts store, hashing, service and RPC server together: one object that listens and closes in order.

import { AccountServiceDefinition } from "../gen/earshot/accounts/v1/accounts.js";
import { OpaqueServiceDefinition } from "../gen/earshot/accounts/v1/opaque.js";
import type { ServerKeys } from "../opaque/opaque-server.js";
import { loadWords } from "../password/guess-estimate.js";
import {
  type Limits,
  type ListenAddress,
  type PaddingPolicy,
  RpcServer,
  type ServerTls,
  serveHealth,
  serveReflection,
  type TcpAddress,
  type UnixListenAddress,
} from "../rpc/index.js";
import { AccountService } from "./account-service.js";
import type { SessionLifetime } from "./calls/session-guard.js";
import { CommandError } from "./command-error.js";
import type { ServerMetrics } from "./metrics/server-metrics.js";
import { keyIdOf, OPAQUE_PREFIX, prefixOfKeys } from "./opaque/opaque-record.js";
import { PasswordHasher, type PasswordHasherOptions } from "./password/password-hasher.js";
import type { AccountStore } from "./store/account-store.js";
import type { DatabaseNodeChange } from "./store/mysql-database.js";
import { observedStore } from "./store/observed-store.js";
import { openStore } from "./store/open-store.js";
import { StoreHealth } from "./store-health.js";
import type { LoginThrottle } from "./throttle/login-throttle.js";
import { openThrottle, type ThrottleOption } from "./throttle/open-throttle.js";

export interface AccountServerOptions {
  /** `sqlite:FILE`, a path, or `mysql://USER:PASSWORD@HOST:PORT/NAME?tls=…`; or a store that is open, which is closed with the server. */
  readonly database: string | AccountStore;
  /** Either this or `plaintext`. */
  readonly tls?: ServerTls | undefined;
  /** No TLS: everyone on the way reads the passwords. For the lab. */
  readonly plaintext?: true | undefined;
  /** How much longer frames are made, so that their lengths say nothing. Default "buckets"; "off" without TLS. */
  readonly padding?: PaddingPolicy | undefined;
  readonly hashing?: PasswordHasherOptions | undefined;
  /**
   * Serves OpaqueService too, under these keys; see `openOpaqueKeys`. All servers of one database need the same, and an account
   * made under them can never log in under others. A function is asked once the database is open; it can ask whether there
   * are such accounts.
   */
  readonly opaqueKeys?: ServerKeys | FindOpaqueKeys | undefined;
  /** What is different from the default limits of attempts. */
  readonly throttle?: ThrottleOption | undefined;
  readonly lifetime?: Partial<SessionLifetime> | undefined;
  readonly limits?: Partial<Limits> | undefined;
  /** How soon a watch sees what happens on other servers, in milliseconds. Default 1,000. */
  readonly watchPollMs?: number | undefined;
  /** Counts what happens. For one server. */
  readonly metrics?: ServerMetrics | undefined;
  /** False: the tables must be up to date. Default true: they are made or brought up to date. */
  readonly migrate?: boolean | undefined;
  /** Tells whoever connects the schema of all services, by grpc.reflection.v1. Health is told always. */
  readonly reflection?: boolean | undefined;
  /** The clock of sessions: milliseconds since 1970. Default Date.now. */
  readonly now?: (() => number) | undefined;
}

export type FindOpaqueKeys = (isNeeded: () => Promise<boolean>) => Promise<ServerKeys | undefined>;

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
  const { database, tls, plaintext, padding, limits, lifetime, watchPollMs, now } = options;
  const { metrics } = options;
  const rpc = new RpcServer({
    tls,
    plaintext,
    padding,
    limits: { ...ACCOUNT_LIMITS, ...limits },
    interceptors: metrics && [metrics.interceptor],
  });
  const health = serveHealth(rpc);
  health.set(AccountServiceDefinition.fullName, "SERVING");
  if (options.reflection === true) {
    const { descriptorSetBase64 } = await import("../gen/descriptor-set.js");
    serveReflection(rpc, { descriptorSet: Buffer.from(descriptorSetBase64, "base64") });
  }
  loadWords();
  const hasher = new PasswordHasher(measured(options));
  const throttle = await openThrottle(typeof database === "string" ? database : undefined, options.throttle);
  const { migrate } = options;
  // Made last, for it works on all others; nobody listens before.
  let accounts: AccountService | undefined;
  const onNodeChange = (change: DatabaseNodeChange): unknown => accounts?.emit("node", change);
  const opened = typeof database === "string" ? await openStore(database, { migrate, onNodeChange }) : database;
  const storeHealth = new StoreHealth({
    probe: () => opened.probe(),
    onChange: (outage) => {
      health.set(AccountServiceDefinition.fullName, outage === undefined ? "SERVING" : "NOT_SERVING");
      metrics?.store.setUp(outage === undefined);
      accounts?.emit("store", outage);
    },
  });
  const store = observedStore(opened, (call) => {
    storeHealth.saw(call.error);
    metrics?.store.saw(call);
  });
  const opaqueKeys = await openKeys(options.opaqueKeys, store);
  accounts = new AccountService({ store, hasher, throttle, opaqueKeys, lifetime, watchPollMs, now });
  await learnHashes(hasher, store);
  const server = new AccountServer({ rpc, store, storeHealth, throttle, accounts });
  metrics?.observe({ server, store, hasher, now: now ?? Date.now });
  return server;
}

function measured({ hashing, metrics }: AccountServerOptions): PasswordHasherOptions | undefined {
  return metrics === undefined ? hashing : { ...hashing, onHashed: (timing) => metrics.accounts.hashed(timing) };
}

/** Closes the store where there is nothing to go on with. @throws CommandError, StoreError */
async function openKeys(
  keys: AccountServerOptions["opaqueKeys"],
  store: AccountStore,
): Promise<ServerKeys | undefined> {
  const isNeeded = async (): Promise<boolean> => (await store.findHashLike(OPAQUE_PREFIX, "")) !== undefined;
  try {
    const opened = typeof keys === "function" ? await keys(isNeeded) : keys;
    await requireOpaqueKeys(opened, store);
    return opened;
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** Without the keys that they were made under, accounts would seem to have forgotten their passwords. @throws CommandError, StoreError */
async function requireOpaqueKeys(keys: ServerKeys | undefined, store: AccountStore): Promise<void> {
  const usable = keys === undefined ? "" : prefixOfKeys(keyIdOf(keys));
  const found = await store.findHashLike(OPAQUE_PREFIX, usable);
  if (found === undefined) return;
  const which = keys === undefined ? "no OPAQUE keys" : "other OPAQUE keys";
  const message = `the database holds accounts that log in by OPAQUE, and this server has ${which}: bring back the file of keys from its backup (--opaque-keys)`;
  throw new CommandError("failed", message);
}

/** Which kinds of hashes there are. Failing is little harm: each kind is learned at the latest when one is verified. */
async function learnHashes(hasher: PasswordHasher, store: AccountStore): Promise<void> {
  const find = (): Promise<string | undefined> =>
    store.findHashUnlike([...hasher.knownPrefixes, OPAQUE_PREFIX]).catch(() => undefined);
  for (let found = await find(); found !== undefined && hasher.learn(found); ) {
    found = await find();
  }
}

interface ServerParts {
  readonly rpc: RpcServer;
  readonly store: AccountStore;
  readonly storeHealth: StoreHealth;
  readonly throttle: LoginThrottle;
  readonly accounts: AccountService;
}

export class AccountServer {
  /** Emits connections and calls. */
  readonly rpc: RpcServer;
  /** Emits what happens to accounts. */
  readonly accounts: AccountService;
  readonly #store: AccountStore;
  readonly #storeHealth: StoreHealth;
  readonly #throttle: LoginThrottle;
  #purging: NodeJS.Timeout | undefined;
  #closing: Promise<void> | undefined;

  /** @internal Use {@link createAccountServer}. */
  constructor({ rpc, store, storeHealth, throttle, accounts }: ServerParts) {
    this.rpc = rpc;
    this.accounts = accounts;
    this.#store = store;
    this.#storeHealth = storeHealth;
    this.#throttle = throttle;
    rpc.serve(AccountServiceDefinition, accounts.handlers);
    if (accounts.opaqueHandlers !== undefined) rpc.serve(OpaqueServiceDefinition, accounts.opaqueHandlers);
    rpc.once("drain", () => accounts.endWatches());
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
      this.#storeHealth.start();
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
    this.#storeHealth.stop();
    try {
      await this.rpc.close({ graceMs });
    } finally {
      this.accounts.close();
      await Promise.all([this.#store.close(), this.#throttle.close()]);
    }
  }

  /** Failing is no harm: expired sessions are refused whether they are deleted or not, and the next hour comes. */
  #purge(): void {
    this.accounts.purge().catch(() => undefined);
  }
}
