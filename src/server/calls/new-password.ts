// A password that somebody chooses: by the rules, and in the form that is hashed.

import { passwordRefusal } from "../../password/password-rules.js";
import { invalidArgument } from "../refusal.js";

/** The NFC form. @throws RpcError INVALID_ARGUMENT, which names the field. */
export function newPassword(password: string, username: string, field: "password" | "new_password"): string {
  const refusal = passwordRefusal(password, username);
  if (refusal !== undefined) {
    throw invalidArgument({ ...refusal, field });
  }
  return password.normalize("NFC");
}
