// What a password may be: 15 to 128 code points after NFC, anything printable, nothing that a guesser tries first.

import { InvalidField_Reason as Reason } from "../gen/earshot/accounts/v1/accounts.js";
import { guessesLog10 } from "./guess-estimate.js";

/** Why a new password is refused. The caller names the field. */
export interface PasswordRefusal {
  readonly reason: Reason;
  /** A sentence for people; never the password itself. */
  readonly description: string;
}

const MIN_CODE_POINTS = 15;
const MAX_CODE_POINTS = 128;
/** Where zxcvbn's best score begins: out of reach even for who has the hash and guesses a thousand a second for months. */
const MIN_GUESSES_LOG10 = 10;
/** Before normalization, which takes time: no sensible password of 128 code points needs more UTF-16 units. */
const MAX_RAW_UNITS = 1024;
/** Halves of pairs that lack the other half, and the mark that decoders leave in place of broken bytes. */
const BROKEN = /[\p{Cs}\uFFFD]/u;
const CONTROL = /\p{Cc}/u;

/** The NFC form, which is what is hashed; undefined when no account can have this password. */
export function normalizePassword(password: string): string | undefined {
  if (password.length > MAX_RAW_UNITS || BROKEN.test(password)) {
    return undefined;
  }
  const normalized = password.normalize("NFC");
  const codePoints = countCodePoints(normalized);
  return codePoints >= MIN_CODE_POINTS && codePoints <= MAX_CODE_POINTS ? normalized : undefined;
}

/** Undefined when the password is fine for an account of that name, which is in lower case. */
export function passwordRefusal(password: string, username: string): PasswordRefusal | undefined {
  const refuse = (reason: Reason, description: string): PasswordRefusal => ({ reason, description });
  if (password === "") {
    return refuse(Reason.REASON_REQUIRED, "a password is needed");
  }
  if (password.length > MAX_RAW_UNITS) {
    return refuse(Reason.REASON_TOO_LONG, `a password has at most ${MAX_CODE_POINTS} characters`);
  }
  if (BROKEN.test(password)) {
    return refuse(Reason.REASON_BAD_CHARACTER, "the password holds broken characters; is the terminal set to UTF-8?");
  }
  if (CONTROL.test(password)) {
    return refuse(Reason.REASON_BAD_CHARACTER, "a password holds no control characters, such as line ends and tabs");
  }
  const normalized = password.normalize("NFC");
  const codePoints = countCodePoints(normalized);
  if (codePoints < MIN_CODE_POINTS) {
    const advice = "four or five unrelated words are easy to remember";
    return refuse(Reason.REASON_TOO_SHORT, `a password has at least ${MIN_CODE_POINTS} characters; ${advice}`);
  }
  if (codePoints > MAX_CODE_POINTS) {
    return refuse(Reason.REASON_TOO_LONG, `a password has at most ${MAX_CODE_POINTS} characters`);
  }
  if (guessesLog10(normalized, username, MIN_GUESSES_LOG10) < MIN_GUESSES_LOG10) {
    const what =
      "too easy to guess: common words, repetition, keyboard patterns or names make up most of this password";
    return refuse(Reason.REASON_COMMON, `${what}; choose four or five unrelated words`);
  }
  return undefined;
}

function countCodePoints(text: string): number {
  let count = 0;
  for (const _ of text) {
    count += 1;
  }
  return count;
}
