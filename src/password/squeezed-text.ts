// Cuts out of a text what costs a guesser next to nothing wherever it stands: repeats of what came before, and known phrases.

import { LONG_PHRASES } from "./well-known-phrases.js";

export interface SqueezedText {
  /** What is left, in its order. */
  readonly rest: string;
  /** Of what was cut out: the logarithm of the guesses. */
  readonly guessesLog10: number;
}

const MIN_REPEAT_UNITS = 4;
const MIN_PHRASE_UNITS = 10;
/** Where it stood before, and for how long. */
const REPEAT_LOG10 = 1;
/** One of some thousand phrases. */
const PHRASE_LOG10 = 3.5;
const LOOKALIKES: Readonly<Record<string, string>> = {
  "@": "a",
  "4": "a",
  "3": "e",
  "1": "i",
  "!": "i",
  "0": "o",
  $: "s",
  "5": "s",
  "7": "t",
};

/** Lower case is expected. Quadratic in the length, with a small factor. */
export function squeeze(text: string): SqueezedText {
  const plain = text.replace(/[@431!0$57]/g, (character) => LOOKALIKES[character] ?? character);
  let rest = "";
  let guessesLog10 = 0;
  for (let at = 0; at < text.length; ) {
    const repeat = repeatLength(text, at);
    const phrase = phraseLength(plain, at);
    if (Math.max(repeat, phrase) === 0) {
      rest += text.charAt(at);
      at += 1;
    } else {
      guessesLog10 += phrase > repeat ? PHRASE_LOG10 : REPEAT_LOG10;
      at += Math.max(repeat, phrase);
    }
  }
  return { rest, guessesLog10 };
}

/** The longest text from here on that stands earlier too. It may overlap itself: "aaaa" is "a" and its repeat. */
function repeatLength(text: string, at: number): number {
  let best = 0;
  for (let from = 0; from < at; from += 1) {
    best = Math.max(best, commonLength(text, at, text, from));
  }
  return best >= MIN_REPEAT_UNITS ? best : 0;
}

function phraseLength(plain: string, at: number): number {
  let best = 0;
  for (const phrase of LONG_PHRASES) {
    best = Math.max(best, commonLength(plain, at, phrase, 0));
  }
  return best >= MIN_PHRASE_UNITS ? best : 0;
}

function commonLength(text: string, at: number, other: string, from: number): number {
  let length = 0;
  while (at + length < text.length && from + length < other.length && text[at + length] === other[from + length]) {
    length += 1;
  }
  return length;
}
