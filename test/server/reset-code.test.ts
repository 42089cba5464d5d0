// Codes that people read out and type.

import { randomBytes } from "node:crypto";
import t from "tap";
import { createResetCode, RESET_CODE_LIFE_MS, resetCodeHash } from "../../src/server/reset-code.js";

t.test("a code has groups of letters and digits that are not mistaken, and its own hash", async (t) => {
  const accountId = randomBytes(16);
  const codes = Array.from({ length: 100 }, () => createResetCode(accountId, 1_000));
  for (const { code, record } of codes) {
    t.match(code, /^[0-9A-HJKMNP-TV-Z]{5}(-[0-9A-HJKMNP-TV-Z]{5}){3}-[0-9A-HJKMNP-TV-Z]{6}$/);
    t.match(record, { accountId, createdAtMs: 1_000, expiresAtMs: 1_000 + RESET_CODE_LIFE_MS });
    t.same(record.codeHash, resetCodeHash(code));
    t.notOk(JSON.stringify(record).includes(code));
  }
  t.equal(new Set(codes.map(({ code }) => code)).size, 100);
});

t.test("it may be typed in any case, with or without the hyphens, and with look-alikes", async (t) => {
  const expected = resetCodeHash("01234-56789-ABCDE-FGHJK-MNPQRS");
  for (const typed of [
    "0123456789ABCDEFGHJKMNPQRS",
    "01234-56789-abcde-fghjk-mnpqrs",
    " O1234 56789 abcde fghjk mnpqrs\n",
    "oI234-56789-ABCDE-FGHJK-MNPQRS",
    "OL234--56789--ABCDE-FGHJK-MNPQRS",
  ]) {
    t.same(resetCodeHash(typed), expected, typed);
  }
  t.notSame(resetCodeHash("01234-56789-ABCDE-FGHJK-MNPQRT"), expected);
});

t.test("text of any kind and length has a hash, quickly", async (t) => {
  for (const typed of ["", "-", "\u00e9".repeat(100), " ".repeat(1_000_000), "\ud800"]) {
    t.equal(resetCodeHash(typed).length, 32);
  }
});
