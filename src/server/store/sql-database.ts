// What the two drivers give to the one account store above them: constant SQL with parameters, and atomic batches.

import type { StoreNode } from "./store-condition.js";

/** Only these are ever bound: values of other types match too much in MySQL, and round in JavaScript. */
export type SqlValue = string | Buffer | null;

/** One statement of constant text; `?` stands for each parameter. */
export interface SqlStatement {
  readonly sql: string;
  readonly values: readonly SqlValue[];
  /** Where it matches no row, the whole batch is undone. */
  readonly mustMatch?: true;
}

export type SqlRow = Readonly<Record<string, unknown>>;

export interface SqlDatabase {
  /** For people; without a password. */
  readonly label: string;
  /** Runs one SELECT. */
  query(statement: SqlStatement): Promise<SqlRow[]>;
  /**
   * Runs all statements or none, and resolves with the rows that each matched once they are on the disk. Clashes with
   * other transactions and lost connections are tried again until the deadline, so the statements must be such that
   * doing them twice is refused by a key (`duplicate`) or changes nothing. When a statement that `mustMatch` matches
   * nothing, all is undone and the counts end with its 0.
   */
  write(statements: readonly SqlStatement[]): Promise<number[]>;
  /** The hosts of a URL; none for a file. */
  nodes(): readonly StoreNode[];
  close(): Promise<void>;
}
