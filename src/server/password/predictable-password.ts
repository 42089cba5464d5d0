// Whether a guesser comes to a long password soon: what is left of it once repeats, runs and known words count for little.

import { COMMON_WORDS, LONG_PHRASES } from "./well-known-phrases.js";

/** Fewer independent choices than this, and the password is refused. */
const MIN_CHOICES = 8;
const MIN_RUN = 4;
const MIN_REPEAT = 3;
const MIN_PHRASE = 10;
const WORD_CHOICES = 2;
const PHRASE_CHOICES = 4;
const SERVICE_NAME = "earshot";

/** Neighbours on keyboards and in alphabets; each is followed forwards and backwards. */
const RUNS = [
  "abcdefghijklmnopqrstuvwxyz",
  "01234567890",
  "qwertyuiop[]asdfghjkl;'zxcvbnm,./",
  "qwertzuiopüasdfghjklöäyxcvbnm",
  "azertyuiopqsdfghjklmwxcvbn",
  "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/",
  "zaq1xsw2cde3vfr4bgt5nhy6mju7,ki8.lo9/;p0",
  "!@#$%^&*()_+",
  "`1234567890-=",
];
const BOTH_WAYS = RUNS.flatMap((run) => [run, [...run].reverse().join("")]);
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
const SEPARATORS = /[\s\-_.,'!?:;/+]/g;

/** The password in NFC, at most 128 code points, which bounds the time (quadratic in the length). */
export function isPredictable(password: string, username: string): boolean {
  const folded = password.toLowerCase();
  const words = [SERVICE_NAME, username, ...COMMON_WORDS].filter((word) => word.length >= MIN_REPEAT);
  return [folded, folded.replace(SEPARATORS, "")].some((text) => choices(text, words) < MIN_CHOICES);
}

/** How many choices a guesser with these habits must get right; read from the left, the longest habit first. */
function choices(text: string, words: readonly string[]): number {
  const plain = text.replace(/[@431!0$57]/g, (character) => LOOKALIKES[character] ?? character);
  let count = 0;
  for (let at = 0; at < text.length && count < MIN_CHOICES; ) {
    const [length, cost] = longest([
      [1, 1],
      [repeatLength(text, at), 1],
      [runLength(text, at), WORD_CHOICES],
      [yearLength(text, at), WORD_CHOICES],
      [wordLength(text, plain, at, words), WORD_CHOICES],
      [phraseLength(text, plain, at), PHRASE_CHOICES],
    ]);
    at += length;
    count += cost;
  }
  return count;
}

function longest(found: readonly (readonly [length: number, cost: number])[]): readonly [number, number] {
  return found.reduce((best, one) => (one[0] > best[0] ? one : best), [0, 0] as const);
}

/** The longest text from here on that stands earlier too. It may overlap itself: "aaaa" is "a" and its repeat. */
function repeatLength(text: string, at: number): number {
  let best = 0;
  for (let from = 0; from < at; from += 1) {
    let length = 0;
    while (at + length < text.length && text[from + length] === text[at + length]) {
      length += 1;
    }
    best = Math.max(best, length);
  }
  return best >= MIN_REPEAT ? best : 0;
}

function runLength(text: string, at: number): number {
  let best = 0;
  for (const run of BOTH_WAYS) {
    for (let from = run.indexOf(text[at] ?? ""); from !== -1; from = run.indexOf(text[at] ?? "", from + 1)) {
      best = Math.max(best, commonPrefix(text, at, run, from));
    }
  }
  return best >= MIN_RUN ? best : 0;
}

function yearLength(text: string, at: number): number {
  return /^(?:19|20)\d\d/.test(text.slice(at, at + 4)) ? 4 : 0;
}

function wordLength(text: string, plain: string, at: number, words: readonly string[]): number {
  const fits = words.filter((word) => text.startsWith(word, at) || plain.startsWith(word, at));
  return Math.max(0, ...fits.map((word) => word.length));
}

function phraseLength(text: string, plain: string, at: number): number {
  let best = 0;
  for (const phrase of LONG_PHRASES) {
    best = Math.max(best, commonPrefix(text, at, phrase, 0), commonPrefix(plain, at, phrase, 0));
  }
  return best >= MIN_PHRASE ? best : 0;
}

function commonPrefix(text: string, at: number, other: string, from: number): number {
  let length = 0;
  while (at + length < text.length && from + length < other.length && text[at + length] === other[from + length]) {
    length += 1;
  }
  return length;
}
