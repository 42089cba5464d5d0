// How the watches under an observer speak.
import type { Side, SnifferEvent, Visibility } from "../event.js";
import type { ByteClass } from "./tls-tally.js";

/** Where in a side's stream a thing lies. */
export interface Where {
  readonly offset: number;
  readonly length: number;
  readonly frame: number;
}

/** How the watches under an observer speak: events, and findings about a side. */
export interface Voice {
  readonly conversation: number;
  say(event: SnifferEvent): void;
  find(side: Side, visibility: Visibility, what: string, where: Where): void;
  /** Bytes of the capture, each counted once. */
  count(kind: ByteClass, bytes: number): void;
  /** Application data that keys opened, in order. */
  give(side: Side, content: Uint8Array, frame: number): void;
  /** About so many bytes of application data could not be opened amid others that could. */
  miss(side: Side, bytes: number, frame: number): void;
}
