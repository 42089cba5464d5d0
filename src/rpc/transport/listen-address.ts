// Where a server listens, and how listening succeeds or fails.

import type { Server } from "node:net";
import type { RpcError } from "../rpc-error.js";
import { fromSocketError } from "./socket-error.js";

export interface ListenAddress {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
}

/** Resolves with the address taken. Errors after that, such as running out of descriptors, go to `onLaterError`. */
export function listenOn(
  server: Server,
  { host, port }: ListenAddress,
  onLaterError: (error: RpcError) => void,
): Promise<ListenAddress> {
  const where = `${host}:${port}`;
  return new Promise((resolve, reject) => {
    const onError = (error: Error): void => reject(fromSocketError(error, where, "not_sent"));
    server.once("error", onError);
    const onListening = (): void => {
      server.off("error", onError);
      server.on("error", (error) => onLaterError(fromSocketError(error, where, "not_sent")));
      const bound = server.address();
      const taken = bound !== null && typeof bound === "object" ? bound : { address: host, port };
      resolve({ host: taken.address, port: taken.port });
    };
    try {
      server.listen({ host, port }, onListening);
    } catch (error) {
      onError(error instanceof Error ? error : new Error(String(error)));
    }
  });
}
