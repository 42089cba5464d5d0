// Account calls to one of several servers, any of which may be killed: each call says which, and failures say whether it may be repeated.

import { AccountServiceDefinition } from "../../src/gen/earshot/accounts/v1/accounts.js";
import { type Connection, connect, RpcError, type ServiceClient, StatusCode } from "../../src/rpc/index.js";
import type { ClusterServer, ServerAddress } from "./cluster-server.js";

export type Accounts = ServiceClient<typeof AccountServiceDefinition>;

/** What a fault of a node or a server may bring; everything else is an answer. */
const FAULTS: ReadonlySet<StatusCode> = new Set([
  StatusCode.UNAVAILABLE,
  StatusCode.DEADLINE_EXCEEDED,
  StatusCode.RESOURCE_EXHAUSTED,
  StatusCode.CANCELLED,
  StatusCode.UNKNOWN,
  StatusCode.ABORTED,
]);

export function isFault(error: unknown): boolean {
  return !(error instanceof RpcError) || FAULTS.has(error.code);
}

export class ServerCalls {
  readonly #server: ClusterServer;
  #connection: { readonly address: ServerAddress; readonly opened: Promise<Connection> } | undefined;

  constructor(server: ClusterServer) {
    this.#server = server;
  }

  /** @throws RpcError, or Error when the server does not run */
  async call<T>(work: (accounts: Accounts) => Promise<T>): Promise<T> {
    const { address } = this.#server;
    if (address === undefined) {
      throw new Error("the server does not run");
    }
    if (this.#connection?.address !== address) {
      await this.close();
      const opened = connect({ host: "127.0.0.1", port: address.port, tls: { ca: address.ca } });
      opened.catch(() => {
        this.#connection = undefined;
      });
      this.#connection = { address, opened };
    }
    const connection = await this.#connection.opened;
    return await work(connection.client(AccountServiceDefinition));
  }

  async close(): Promise<void> {
    const opened = this.#connection?.opened;
    this.#connection = undefined;
    await opened?.then((connection) => connection.close({ graceMs: 0 })).catch(() => undefined);
  }
}
