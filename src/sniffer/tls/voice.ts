// How the watches under an observer speak.
import type { Side, SnifferEvent, Visibility } from "../event.js";

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
}
