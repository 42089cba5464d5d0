// What every report is: events in, lines out.
import type { SnifferEvent } from "../event.js";

export interface Report {
  /** The lines for one event, each with its line end; empty where this report does not show it. */
  encode(event: SnifferEvent): string;
  /** What comes after the last event. */
  end(): string;
}
