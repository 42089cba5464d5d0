// What is asked of a database about itself: for health and metrics.

export interface StoreNode {
  /** `HOST:PORT`. */
  readonly name: string;
  readonly isUp: boolean;
}

export interface StoreCondition {
  /** The hosts of the URL; none for a file. */
  nodes(): readonly StoreNode[];
  /** Rejects with a StoreError while nothing can be stored. Changes nothing, and costs little. */
  probe(): Promise<void>;
  /** Sessions that have not expired, of all accounts. Reads as many rows of an index: not for every request. */
  countSessions(nowMs: number): Promise<number>;
}
