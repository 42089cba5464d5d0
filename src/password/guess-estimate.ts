// How many guesses a good guesser needs for a long password: repeats and known phrases cut out, zxcvbn for what is left.

import { ZxcvbnFactory } from "@zxcvbn-ts/core";
import { keyboardsJson, packedWords } from "../gen/password-words.js";
import { unpackWords } from "./packed-words.js";
import { squeeze } from "./squeezed-text.js";

/** zxcvbn's time grows with the cube of the length, so it sees pieces of this many UTF-16 units. */
const PIECE_UNITS = 24;
/** What is predictable for so long is refused, whatever follows. */
const MAX_PIECES = 4;
/** "4" for "a" and the like: tried in as many combinations. */
const MAX_SUBSTITUTIONS = 2;
const SERVICE_NAME = "earshot";
/** Lists of zxcvbn are plain objects, in which these seem to be words of no rank. */
const INHERITED = ["constructor", "valueof", "tostring"];
const UNSAFE = /__proto__/g;
const SEPARATORS = /[\s\-_.,'!?:;/+]/g;
/** Lets the compiler see every branch, so that the first caller does not pay for that. */
const WARM_UP = ["correct horse battery staple", "1qaz2wsx!QAZ p@ssw0rd 11.11.2011", "drowssap 8520 zxcvbnm aaaa"];
const WARM_UP_ROUNDS = 5;

let estimator: ZxcvbnFactory | undefined;

/** Reads the word lists, which takes a tenth of a second; once for the process, at the latest when they are needed. */
export function loadWords(): void {
  if (estimator !== undefined) {
    return;
  }
  for (let round = 0; round < WARM_UP_ROUNDS; round += 1) {
    for (const text of WARM_UP) {
      guessesLog10(text, "someone", Number.POSITIVE_INFINITY);
    }
  }
}

/**
 * The logarithm of the guesses, or one that is at least `enough`. The password is in NFC, of at most 128 code points,
 * which with the pieces bounds the time.
 */
export function guessesLog10(password: string, username: string, enough: number): number {
  const folded = password.toLowerCase().replace(UNSAFE, "_");
  const names = [SERVICE_NAME, username, ...username.split(/[._-]/), ...INHERITED].filter((name) => name.length >= 3);
  const joined = folded.replace(SEPARATORS, "");
  const guesses = textGuesses(joined, names, enough);
  return joined === folded ? guesses : Math.min(guesses, textGuesses(folded, names, enough));
}

function textGuesses(text: string, names: string[], enough: number): number {
  const squeezed = squeeze(text);
  let sum = squeezed.guessesLog10;
  for (let piece = 0; piece < MAX_PIECES && sum < enough; piece += 1) {
    const units = squeezed.rest.slice(piece * PIECE_UNITS, (piece + 1) * PIECE_UNITS);
    sum += units === "" ? 0 : pieceGuesses(units, names);
  }
  return sum;
}

/** The product of the parts' guesses and their orders. zxcvbn's own sum adds 10^4 for each part, which flatters short words. */
function pieceGuesses(text: string, names: string[]): number {
  estimator ??= createEstimator();
  const parts = estimator.check(text, names).sequence;
  return parts.reduce((sum, part, index) => sum + part["guessesLog10"] + Math.log10(index + 1), 0);
}

function createEstimator(): ZxcvbnFactory {
  return new ZxcvbnFactory({
    dictionary: { words: [...unpackWords(packedWords), ...INHERITED] },
    graphs: JSON.parse(keyboardsJson),
    l33tMaxSubstitutions: MAX_SUBSTITUTIONS,
  });
}
