// A credential that was read in the clear, as findings say it: masked where it must not be shown.
import { redactedText } from "./decode-message.js";

export interface Credential {
  /** "username", "password", "hashed password", "session token"... */
  readonly what: string;
  readonly value: string;
  readonly field: string;
  /** Where it begins in the text or packet that it was found in, and how long it is there. */
  readonly at: number;
  readonly length: number;
}

const MAX_SHOWN_CHARACTERS = 256;

export function shownCredential(what: "username" | "database", text: string, place: Place): Credential {
  return { what, value: text.slice(0, MAX_SHOWN_CHARACTERS), ...place };
}

/** `bytes` is how long the secret is, which may be less than what stands there for it. */
export function maskedCredential(what: string, bytes: number, place: Place): Credential {
  return { what, value: redactedText(bytes), ...place };
}

/** What is derived from a password and a challenge in the clear: it cannot be used, but guesses can be tried at home. */
export function hashedPassword(place: Place): Credential {
  return maskedCredential("hashed password", place.length, { ...place, field: `${place.field} (open to guessing)` });
}

export type Place = Pick<Credential, "field" | "at" | "length">;
