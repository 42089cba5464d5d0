// The shape of every incremental step: bytes or values go in by push, results come out by next.

/**
 * An incremental step without I/O. `push` takes the next input, `next` gives the results one at a time until it
 * returns undefined, `finish` says that no more input comes (results may still follow).
 */
export interface Stage<In, Out> {
  push(input: In): void;
  next(): Out | undefined;
  finish(): void;
}
