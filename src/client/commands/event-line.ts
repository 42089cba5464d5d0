// How one event of an account reads on a line.
import type { SecurityEvent } from "../account-values.js";
import { secondOf } from "../answer.js";
import { printableText } from "../printable-text.js";

const WORDS: ReadonlyMap<string, string> = new Map([
  ["registered", "account made"],
  ["login", "logged in"],
  ["login_failed", "login failed"],
  ["logout", "logged out"],
  ["session_revoked", "session ended"],
  ["logged_out_everywhere", "logged out everywhere"],
  ["password_changed", "password changed"],
  ["password_refused", "wrong password given"],
  ["reset_code_issued", "reset code given out"],
  ["reset_tried", "reset code tried"],
  ["password_reset", "password reset"],
  ["exported", "account exported"],
  ["disabled", "account disabled"],
  ["enabled", "account enabled"],
  ["account_deleted", "account deleted"],
]);
const SHOWN_DIGITS = 12;

/** "2026-01-31 12:00:00 UTC  login failed  from 192.0.2.1" */
export function eventLine({ at, kind, address, sessionId }: SecurityEvent): string {
  const what = WORDS.get(kind) ?? "something that this client does not know";
  const from = address === "" ? "" : `  from ${printableText(address, 64)}`;
  const session = sessionId === undefined ? "" : `  session ${sessionId.slice(0, SHOWN_DIGITS)}`;
  return `${secondOf(at)}  ${what}${from}${session}`;
}
