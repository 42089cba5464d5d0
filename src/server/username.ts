// What a username may be: `[a-z0-9._-]{3,32}` after lower-casing ASCII letters.

import { InvalidField_Reason as Reason } from "../gen/earshot/accounts/v1/accounts.js";
import type { Refusal } from "./refusal.js";

const MIN_CHARACTERS = 3;
const MAX_CHARACTERS = 32;
const FORM = /^[a-z0-9._-]*$/;

/** Only ASCII letters: other alphabets' lower-casing turns some letters (such as the Kelvin sign) into ASCII ones. */
export function normalizeUsername(username: string): string {
  return username.length > MAX_CHARACTERS ? username : username.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** Why a normalized name is refused; undefined when it is fine. */
export function usernameRefusal(username: string): Refusal | undefined {
  const refuse = (reason: Reason, description: string): Refusal => ({ field: "username", reason, description });
  if (username === "") {
    return refuse(Reason.REASON_REQUIRED, "a username is needed");
  }
  if (username.length > MAX_CHARACTERS) {
    return refuse(Reason.REASON_TOO_LONG, `a username has at most ${MAX_CHARACTERS} characters`);
  }
  if (!FORM.test(username)) {
    return refuse(Reason.REASON_BAD_CHARACTER, 'a username consists of a-z, 0-9, ".", "_" and "-"');
  }
  if (username.length < MIN_CHARACTERS) {
    return refuse(Reason.REASON_TOO_SHORT, `a username has at least ${MIN_CHARACTERS} characters`);
  }
  return undefined;
}
