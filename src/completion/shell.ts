// The shells that there is completion for.

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/** What a word names, or undefined. */
export function shellOf(word: string | undefined): Shell | undefined {
  return SHELLS.find((shell) => shell === word);
}
