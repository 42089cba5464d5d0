// Where a server listens, and how listening succeeds or fails.

import type { Server } from "node:net";
import { RpcError } from "../rpc-error.js";
import { addressLabel, type TcpAddress, type UnixAddress } from "./socket-address.js";
import { fromSocketError } from "./socket-error.js";
import { listenOnFile } from "./unix-socket-file.js";

export interface UnixListenAddress extends UnixAddress {
  /** Of the file. Default 0o600: only this user connects. */
  readonly mode?: number | undefined;
}

export type ListenAddress = TcpAddress | UnixListenAddress;

const DEFAULT_MODE = 0o600;
/**
 * Connections that wait to be accepted; the system may allow less. When clients come back all at once, those beyond it are
 * lost in a way that both sides notice only late.
 */
const LISTEN_BACKLOG = 4_096;

export interface Listening<A> {
  /** The address taken. */
  readonly address: A;
  /** Takes nobody any more; the file of a Unix socket is gone at once. */
  close(): void;
}

/** Errors after it has begun to listen, such as running out of descriptors, go to `onLaterError`. */
export async function listenOn<A extends ListenAddress>(
  server: Server,
  address: A,
  onLaterError: (error: RpcError) => void,
): Promise<Listening<A>> {
  const where = addressLabel(address);
  try {
    const { taken, release } =
      address.path === undefined ? await listenOnPort(server, address) : await takeFile(server, address);
    server.on("error", (error) => onLaterError(fromSocketError(error, where, "not_sent")));
    const close = (): void => {
      release();
      server.close();
    };
    return { address: { ...address, ...taken }, close };
  } catch (error) {
    throw error instanceof RpcError ? error : fromSocketError(error, where, "not_sent");
  }
}

interface Taken {
  readonly taken: TcpAddress | UnixAddress;
  release(): void;
}

function listenOnPort(server: Server, { host, port }: TcpAddress): Promise<Taken> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port, backlog: LISTEN_BACKLOG }, () => {
      server.off("error", reject);
      const bound = server.address();
      const taken =
        bound !== null && typeof bound === "object" ? { host: bound.address, port: bound.port } : { host, port };
      resolve({ taken, release: () => undefined });
    });
  });
}

async function takeFile(server: Server, { path, mode = DEFAULT_MODE }: UnixListenAddress): Promise<Taken> {
  return { taken: { path }, release: await listenOnFile(server, path, { mode, backlog: LISTEN_BACKLOG }) };
}
