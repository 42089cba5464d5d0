// Which stream ids may come and go on one connection. Clients open odd ids, always increasing; 0 is the connection.
import type { Frame } from "./frame.js";
import { WIRE_LIMITS } from "./limits.js";
import { WireError } from "./wire-error.js";

/** `opened`: a new call. `known`: a stream opened earlier, perhaps ended since. `connection`: no stream at all. */
export type StreamRelation = "opened" | "known" | "connection";

/** The ids of one connection, as one side sees them. Keeps one number, however many streams come. */
export class StreamIds {
  readonly #side: "client" | "server";
  #last = 0;

  /** `side` is the side that keeps these ids, not the peer. */
  constructor(side: "client" | "server") {
    this.#side = side;
  }

  /** The highest id opened so far, 0 before the first. */
  get last(): number {
    return this.#last;
  }

  /** A client's next id, or undefined when all are used: open a new connection then. */
  allocate(): number | undefined {
    if (this.#last >= WIRE_LIMITS.maxStreamId) {
      return undefined;
    }
    this.#last += this.#last === 0 ? 1 : 2;
    return this.#last;
  }

  /** Judges a frame of the peer's; `offset` is that of the frame in the stream. @throws WireError for a broken rule. */
  receive(frame: Frame, offset: number): StreamRelation {
    switch (frame.kind) {
      case "request":
        this.#refuseDirection("client", "request", offset);
        this.#open(frame.streamId, offset);
        return "opened";
      case "response":
        this.#refuseDirection("server", "response", offset);
        this.#require(frame.streamId, offset);
        return "known";
      case "data":
      case "cancel":
      case "credit":
        this.#require(frame.streamId, offset);
        return "known";
      case "ping":
      case "go_away":
      case "hello":
        if (frame.streamId !== 0) {
          throw new WireError("stream_id_not_zero", `a ${frame.kind} on stream ${frame.streamId}`, offset);
        }
        return "connection";
      case "unknown":
        // Its body decides what its id means, and that is not known here.
        return "connection";
    }
  }

  #refuseDirection(sender: "client" | "server", kind: string, offset: number): void {
    if (this.#side === sender) {
      throw new WireError("wrong_direction", `only a ${sender} sends a ${kind}`, offset);
    }
  }

  #open(streamId: number, offset: number): void {
    this.#refuseForm(streamId, offset);
    if (streamId <= this.#last) {
      throw new WireError("stream_id_reused", `stream ${streamId} after stream ${this.#last}: ids increase`, offset);
    }
    this.#last = streamId;
  }

  #require(streamId: number, offset: number): void {
    this.#refuseForm(streamId, offset);
    if (streamId > this.#last) {
      throw new WireError("stream_id_unopened", `stream ${streamId} was never opened`, offset);
    }
  }

  #refuseForm(streamId: number, offset: number): void {
    if (streamId === 0) {
      throw new WireError("stream_id_zero", "a call's frame on stream 0, which is the connection", offset);
    }
    if (streamId % 2 === 0) {
      throw new WireError("stream_id_even", `stream ${streamId}: clients open odd ids`, offset);
    }
  }
}
