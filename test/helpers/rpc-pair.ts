// A server and what a client needs to reach it, over real TLS sockets, closed when the test ends.

import type { Test } from "tap";
import { AccountServiceDefinition } from "../../src/gen/earshot/accounts/v1/accounts.js";
import { type Connection, connect, type Limits, RpcServer, type ServiceHandlers } from "../../src/rpc/index.js";
import { makeAuthority, makeCertificate, type TestCertificate } from "../fixtures/certificates.js";

export type AccountHandlers = ServiceHandlers<typeof AccountServiceDefinition>;

export interface Authority {
  readonly ca: string;
  readonly server: TestCertificate;
}

let made: Promise<Authority> | undefined;

/** One authority and one certificate for localhost per process: making them takes longer than most tests. */
export function testAuthority(): Promise<Authority> {
  made ??= makeAuthority().then(async (authority) => ({
    ca: authority.cert,
    server: await makeCertificate(authority),
  }));
  return made;
}

export interface RunningServer {
  readonly server: RpcServer;
  readonly host: string;
  readonly port: number;
  readonly ca: string;
}

/** Login echoes the name as the token; the others answer with nothing. */
export const ECHO: AccountHandlers = {
  register: () => ({}),
  login: ({ username }) => ({ sessionToken: username }),
  whoAmI: () => ({}),
  logout: () => ({}),
  listSessions: () => ({}),
  revokeSession: () => ({}),
  logoutEverywhere: () => ({}),
  changePassword: () => ({}),
  resetPassword: () => ({}),
  deleteAccount: () => ({}),
  exportAccount: () => [],
  watch: () => [],
};

export async function startServer(
  t: Test,
  handlers: Partial<AccountHandlers> = {},
  options: { limits?: Partial<Limits>; plaintext?: true } = {},
): Promise<RunningServer> {
  const { ca, server: certificate } = await testAuthority();
  const { limits } = options;
  const server = new RpcServer(options.plaintext ? { plaintext: true, limits } : { tls: certificate, limits });
  server.serve(AccountServiceDefinition, { ...ECHO, ...handlers });
  const { host, port } = await server.listen({ host: "127.0.0.1", port: 0 });
  t.teardown(() => server.close({ graceMs: 0 }));
  return { server, host, port, ca };
}

export async function dial(
  t: Test,
  { host, port, ca }: RunningServer,
  limits: Partial<Limits> = {},
): Promise<Connection> {
  const connection = await connect({ host, port, tls: { ca }, limits });
  t.teardown(() => connection.close({ graceMs: 0 }));
  return connection;
}

export async function pair(
  t: Test,
  handlers: Partial<AccountHandlers> = {},
  limits: { server?: Partial<Limits>; client?: Partial<Limits> } = {},
) {
  const running = await startServer(t, handlers, { limits: limits.server ?? {} });
  const connection = await dial(t, running, limits.client);
  return { ...running, connection, accounts: connection.client(AccountServiceDefinition) };
}

/** A promise with its ends outside. */
export function signal<T = void>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

/** The next event of that name, as its values. */
export function next<K extends string>(
  emitter: { once(event: K, listener: (...values: never[]) => void): unknown },
  event: K,
): Promise<unknown[]> {
  return new Promise((resolve) => {
    emitter.once(event, (...values) => resolve(values));
  });
}
