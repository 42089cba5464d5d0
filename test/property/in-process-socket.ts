// Two ends of a connection within this process: no kernel between, so that a million of them take no ports.

import type { Socket } from "node:net";
import { type Duplex, duplexPair } from "node:stream";

export interface InProcessPair {
  /** What the engine takes for its socket. */
  readonly socket: Socket;
  readonly other: Duplex;
}

export function inProcessPair(): InProcessPair {
  const [other, far] = duplexPair();
  const methods = { setNoDelay: () => far, setKeepAlive: () => far, remoteAddress: "in process" };
  // A channel uses of a Socket what every Duplex has, and these.
  return { socket: Object.assign(far, methods) as unknown as Socket, other };
}

export const IN_PROCESS_PEER = { address: "in process", port: 0, encrypted: false };
