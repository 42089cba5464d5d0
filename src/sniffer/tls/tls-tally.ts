// What became of every byte that an observer was given: the classes are disjoint and their sum is what was pushed.

/** `plaintext` only where a cipher suite that encrypts nothing was agreed on. */
export type ByteClass = "tls_metadata" | "plaintext" | "ciphertext" | "padding" | "gap" | "not_understood";

export type TlsTally = Record<ByteClass, number>;

export function emptyTally(): TlsTally {
  return { tls_metadata: 0, plaintext: 0, ciphertext: 0, padding: 0, gap: 0, not_understood: 0 };
}
