// A server whose answers a test chooses, for what the real one says only on a bad day; and a relay that can be cut.
import { connect, createServer, type Socket } from "node:net";
import { AccountServiceDefinition } from "../../src/gen/earshot/accounts/v1/accounts.js";
import { OpaqueServiceDefinition } from "../../src/gen/earshot/accounts/v1/opaque.js";
import { RpcServer, type ServiceHandlers, type TlsVersion } from "../../src/rpc/index.js";
import { makeAuthority, makeCertificate } from "../fixtures/certificates.js";

export type AccountHandlers = ServiceHandlers<typeof AccountServiceDefinition>;

export const ACCOUNT = {
  accountId: Uint8Array.from({ length: 16 }, (_, index) => index),
  username: "alice",
  createdAtMs: 1_700_000_000_000n,
};
export const ACCOUNT_ID = "000102030405060708090a0b0c0d0e0f";
export const TOKEN = "t".repeat(43);
const EXPIRES_AT_MS = 1_900_000_000_000n;

const GOOD_DAY: AccountHandlers = {
  register: async () => ({ account: ACCOUNT }),
  login: async () => ({ account: ACCOUNT, sessionToken: TOKEN, expiresAtMs: EXPIRES_AT_MS }),
  whoAmI: async () => ({ account: ACCOUNT, sessionCreatedAtMs: 1_700_000_000_000n, sessionExpiresAtMs: EXPIRES_AT_MS }),
  logout: async () => ({}),
  listSessions: async () => ({}),
  revokeSession: async () => ({}),
  logoutEverywhere: async () => ({}),
  changePassword: async () => ({}),
  resetPassword: async () => ({}),
  deleteAccount: async () => ({}),
  exportAccount: () => [],
  watch: () => [],
};

export interface StandIn {
  readonly host: "127.0.0.1";
  readonly port: number;
  /** PEM of the authority; undefined without TLS. */
  readonly ca: string | undefined;
  close(): Promise<void>;
}

export interface StandInOptions {
  readonly plaintext?: boolean;
  /** The oldest that it accepts. */
  readonly minVersion?: TlsVersion | undefined;
  /** Without them it does not know OPAQUE. */
  readonly opaque?: ServiceHandlers<typeof OpaqueServiceDefinition>;
}

export async function startStandIn(
  handlers: Partial<AccountHandlers>,
  { plaintext = false, minVersion, opaque }: StandInOptions = {},
): Promise<StandIn> {
  const authority = plaintext ? undefined : await makeAuthority();
  const tls = authority === undefined ? undefined : await makeCertificate(authority);
  const server = new RpcServer(tls === undefined ? { plaintext: true } : { tls: { ...tls, minVersion } });
  server.serve(AccountServiceDefinition, { ...GOOD_DAY, ...handlers });
  if (opaque !== undefined) server.serve(OpaqueServiceDefinition, opaque);
  const { port } = await server.listen({ host: "127.0.0.1", port: 0 });
  return { host: "127.0.0.1", port, ca: authority?.cert, close: () => server.close({ graceMs: 0 }) };
}

export interface Relay {
  readonly port: number;
  /** Breaks every connection that goes through now; later ones pass. */
  cut(): void;
  close(): Promise<void>;
}

export async function startRelay(targetPort: number): Promise<Relay> {
  const sockets = new Set<Socket>();
  const cut = () => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  const listener = createServer((inside) => {
    const outside = connect(targetPort, "127.0.0.1");
    for (const socket of [inside, outside]) {
      sockets.add(socket);
      socket.on("error", () => socket.destroy());
    }
    inside.pipe(outside).pipe(inside);
  });
  const port = await new Promise<number>((resolve) => {
    listener.listen(0, "127.0.0.1", () => {
      const address = listener.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
  const close = () =>
    new Promise<void>((resolve) => {
      listener.close(() => resolve());
      cut();
    });
  return { port, cut, close };
}
