// What became of every byte that a message observer was given: the classes are disjoint, their sum is what was pushed.

export interface MessageTally {
  plaintext: number;
  padding: number;
  /** Captured behind a hole, where message boundaries are unknown. */
  gap: number;
  not_understood: number;
}

export function emptyMessageTally(): MessageTally {
  return { plaintext: 0, padding: 0, gap: 0, not_understood: 0 };
}
