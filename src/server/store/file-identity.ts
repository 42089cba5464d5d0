// Whether a path still leads to the file that was opened: SQLite writes on into a deleted one, and nobody ever sees it.

import { type BigIntStats, statSync } from "node:fs";

export class FileIdentity {
  readonly #file: string;
  readonly #opened: BigIntStats | undefined;

  /** Takes what is there now. */
  constructor(file: string) {
    this.#file = file;
    this.#opened = statusOf(file);
  }

  /** Undefined when all is well, or when the file was not there to begin with. */
  get loss(): "deleted" | "replaced" | undefined {
    if (this.#opened === undefined) {
      return undefined;
    }
    const now = statusOf(this.#file);
    if (now === undefined) {
      return "deleted";
    }
    return now.ino === this.#opened.ino && now.dev === this.#opened.dev ? undefined : "replaced";
  }
}

/** Undefined for a file that is not there, or cannot be looked at, which comes to the same. */
function statusOf(file: string): BigIntStats | undefined {
  try {
    return statSync(file, { bigint: true, throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
