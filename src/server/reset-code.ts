// Codes that exchange for a new password: 128 random bits as people can read and type them, stored as SHA-256.

import { createHash, randomBytes } from "node:crypto";
import { newId } from "./audit-event.js";
import type { NewResetCode } from "./store/reset-code-store.js";

/** Crockford's base32: no I, L, O and U. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CODE_BYTES = 16;
const CODE_CHARACTERS = 26;
const GROUP_STARTS = [0, 5, 10, 15, 20] as const;
/** With whatever was typed between the groups. */
const MAX_TYPED = 128;
export const RESET_CODE_LIFE_MS = 60 * 60 * 1000;

/** A code for one account: the text for its owner, which is not stored, and what is. */
export function createResetCode(accountId: Uint8Array, nowMs: number): { code: string; record: NewResetCode } {
  const code = encodeCode(randomBytes(CODE_BYTES));
  const times = { createdAtMs: nowMs, expiresAtMs: nowMs + RESET_CODE_LIFE_MS };
  return { code, record: { accountId, resetId: newId(nowMs), codeHash: resetCodeHash(code), ...times } };
}

/** 32 bytes for any text. 128 random bits need no salt and no slow hash: there is nothing to guess. */
export function resetCodeHash(typed: string): Buffer {
  return createHash("sha256").update(normalizeCode(typed)).digest();
}

/** Case, spaces and hyphens do not matter, nor which of the letters that look alike was typed. */
function normalizeCode(typed: string): string {
  const plain = typed.slice(0, MAX_TYPED).toUpperCase().replace(/[\s-]/g, "");
  return plain.replace(/O/g, "0").replace(/[IL]/g, "1");
}

function encodeCode(bytes: Buffer): string {
  let rest = BigInt(`0x${bytes.toString("hex")}`);
  let text = "";
  for (let index = 0; index < CODE_CHARACTERS; index += 1) {
    text = ALPHABET.charAt(Number(rest % 32n)) + text;
    rest /= 32n;
  }
  return GROUP_STARTS.map((start, index) => text.slice(start, GROUP_STARTS[index + 1])).join("-");
}
