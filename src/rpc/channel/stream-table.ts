// The open streams of a connection by their ids: a ring for the many that are short, a map for the few that are long.

/** Ids only ever increase, by 2 as a rule; the place of a stream follows from its id. */
export interface NumberedStream {
  readonly streamId: number;
}

const FIRST_PLACES = 16;
const MAX_PLACES = 4096;

/**
 * A Map would do, but for the garbage: a Map that is filled and emptied all the time leaves its old tables behind, each of which
 * refers to the next and to the calls of its time, so that none of them dies young. Measured: a third of a busy client's time.
 */
export class StreamTable<S extends NumberedStream> {
  #places: (S | undefined)[] = [];
  /** Streams that stayed open until another needed their place. */
  readonly #long = new Map<number, S>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(streamId: number): S | undefined {
    const stream = this.#places[this.#placeOf(streamId)];
    return stream !== undefined && stream.streamId === streamId ? stream : this.#long.get(streamId);
  }

  /** Adds a stream, whose id is not in yet. */
  add(stream: S): void {
    if (this.#size * 2 >= this.#places.length && this.#places.length < MAX_PLACES) {
      this.#grow();
    }
    this.#size += 1;
    this.#put(stream);
  }

  /** False when there is no such stream. */
  delete(streamId: number): boolean {
    const place = this.#placeOf(streamId);
    const stream = this.#places[place];
    if (stream !== undefined && stream.streamId === streamId) {
      this.#places[place] = undefined;
    } else if (!this.#long.delete(streamId)) {
      return false;
    }
    this.#size -= 1;
    return true;
  }

  /** All that are open, in no order. A copy: it may be read while streams come and go. */
  all(): S[] {
    const short = this.#places.filter((stream) => stream !== undefined);
    return this.#long.size === 0 ? short : [...this.#long.values(), ...short];
  }

  #put(stream: S): void {
    const place = this.#placeOf(stream.streamId);
    const before = this.#places[place];
    if (before !== undefined) {
      this.#long.set(before.streamId, before);
    }
    this.#places[place] = stream;
  }

  #grow(): void {
    const streams = this.#places;
    this.#places = new Array<S | undefined>(Math.max(streams.length * 2, FIRST_PLACES)).fill(undefined);
    for (const stream of streams) {
      if (stream !== undefined) {
        this.#put(stream);
      }
    }
  }

  /** The number of places is a power of two. */
  #placeOf(streamId: number): number {
    return (streamId >>> 1) & (this.#places.length - 1);
  }
}
