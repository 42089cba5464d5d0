// What the calls of a connection ask of the connection and of its server.

import type { Frame } from "../../wire/frame.js";
import type { Peer } from "../call-context.js";
import type { Route } from "./routes.js";
import type { ServerCall } from "./server-call.js";
import type { CallEndEvent, ServerErrorEvent } from "./server-events.js";

/** The connection that carries the calls. */
export interface CallCarrier {
  readonly id: number;
  readonly peer: Peer;
  readonly blocked: boolean;
  send(frame: Frame): number;
  /** The first call was opened. */
  onBusy(): void;
  /** The last open call has ended. */
  onIdle(): void;
}

/** What the calls tell their server. */
export interface CallObserver {
  /** Whether anyone hears of ends: what nobody hears need not be measured. */
  readonly hearsCallEnds: boolean;
  route(path: string): Route | undefined;
  onCall(connectionId: number, call: ServerCall): void;
  onCallEnd(event: CallEndEvent): void;
  onError(error: unknown, where: ServerErrorEvent): void;
}
