// The one error class of the stores: what went wrong with the database, and whether trying again can help.

/**
 * `unavailable`: the database is away or refuses connections. `timeout`: no answer within the deadline. `overloaded`:
 * too many operations wait already. `conflict`: retries of a clash with another transaction ran out. `duplicate`: a
 * UNIQUE key refused the row. `access_denied`, `no_database`, `not_trusted` (its certificate), `not_a_database`,
 * `cannot_open`: it cannot be used as configured. `no_table`: its schema is not made yet. `schema_newer`,
 * `schema_older`, `schema_changed`: its tables are not those of this version. `bad_url`: the --database text cannot be
 * read. `closed`: the store was closed before. `internal`: a bug, ours or the database's.
 */
export type StoreErrorCode =
  | "unavailable"
  | "timeout"
  | "overloaded"
  | "conflict"
  | "duplicate"
  | "access_denied"
  | "no_database"
  | "no_table"
  | "not_trusted"
  | "not_a_database"
  | "cannot_open"
  | "schema_newer"
  | "schema_older"
  | "schema_changed"
  | "bad_url"
  | "closed"
  | "internal";

export interface StoreErrorOptions {
  /** Whether a write may have been done although it failed; false for everything that is known to be undone. */
  readonly maybeDone?: boolean;
  readonly cause?: unknown;
}

/** What every store operation rejects with. Its message is for people and holds no secret. */
export class StoreError extends Error {
  override readonly name = "StoreError";
  readonly code: StoreErrorCode;
  readonly maybeDone: boolean;

  constructor(code: StoreErrorCode, message: string, options: StoreErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.maybeDone = options.maybeDone ?? false;
  }
}
