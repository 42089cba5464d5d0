// What the cap child and its parent say to each other beside the packets.

import type { User } from "./user-rights.js";

/** First argument of the child, as JSON. */
export interface CapOrder {
  readonly interfaceName: string;
  readonly filter: string;
  readonly snapBytes: number | undefined;
  readonly maxPackets: number | undefined;
  /** Whose rights are enough once it captures. */
  readonly user: User | undefined;
  /** After which to stop, counted from when it captures: how long a busy machine takes to begin is no part of them. */
  readonly seconds: number | undefined;
  /** Only say which interfaces there are. */
  readonly list: boolean;
}

export type CapReport =
  | { kind: "ready" }
  | { kind: "interfaces"; interfaces: { name: string; description: string; addresses: string[] }[] }
  /** cap itself is not there, or cannot be loaded. */
  | { kind: "missing"; text: string }
  | { kind: "failed"; text: string; known: string[] };

/** The only thing that the parent says. */
export const STOP = "stop";
