// Reads the word list of src/gen/password-words.ts, which scripts/pack-passwords.mjs writes.

const UPPER_A = 65;

/** The words, the most common ones first to within a factor of two. */
export function unpackWords(packed: string): string[] {
  const words: string[] = [];
  for (const line of packed.split("\n")) {
    const parts = line.split(/([A-Z])/);
    let before = "";
    for (let index = 1; index < parts.length; index += 2) {
      const shared = (parts[index] ?? "").charCodeAt(0) - UPPER_A;
      before = before.slice(0, shared) + (parts[index + 1] ?? "");
      words.push(before);
    }
  }
  return words;
}
