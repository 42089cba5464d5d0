// Which passwords are taken, which are refused, and with which reason.

import t from "tap";
import { InvalidField_Reason as Reason } from "../../src/gen/earshot/accounts/v1/accounts.js";
import { normalizePassword, passwordRefusal } from "../../src/password/password-rules.js";

const GOOD = "tiger lamp ocean 42";

t.test("15 to 128 code points are taken, counted after NFC", async (t) => {
  const fourteen = "tiger lamp oce";
  t.equal(passwordRefusal(fourteen, "alice")?.reason, Reason.REASON_TOO_SHORT);
  t.equal(passwordRefusal(`${fourteen}a`, "alice"), undefined);
  const long = unpredictable(128);
  t.equal(passwordRefusal(long, "alice"), undefined);
  t.equal(passwordRefusal(`${long}x`, "alice")?.reason, Reason.REASON_TOO_LONG);
  const decomposed = `${fourteen}e\u0301`;
  t.equal(passwordRefusal(decomposed, "alice"), undefined, "an accent is no character of its own");
  t.equal(passwordRefusal("tiger lamp oe\u0301", "alice")?.reason, Reason.REASON_TOO_SHORT);
  t.equal(
    passwordRefusal(`tiger lamp ${"\u{1F511}".repeat(3)}`, "alice")?.reason,
    Reason.REASON_TOO_SHORT,
    "a pair is one",
  );
  t.equal(passwordRefusal("x".repeat(1_000_000), "alice")?.reason, Reason.REASON_TOO_LONG);
});

t.test("both spellings of an accent are the same password", async (t) => {
  t.equal(normalizePassword("tiger lamp caf\u00e9"), normalizePassword("tiger lamp cafe\u0301"));
  t.equal(normalizePassword("short"), undefined);
  t.equal(normalizePassword("\ud800".repeat(20)), undefined);
});

t.test("broken and control characters are refused, everything printable is not", async (t) => {
  for (const bad of ["\ud800", "\udc00", "\ufffd", "\n", "\0", "\t", "\u0085", "\u007f"]) {
    t.equal(passwordRefusal(GOOD + bad, "alice")?.reason, Reason.REASON_BAD_CHARACTER, JSON.stringify(bad));
  }
  for (const fine of [" ", "\u00a0", "\u{1F511}", "\u5bc6\u7801", "'\"\\;--", "\u200d"]) {
    t.equal(passwordRefusal(GOOD + fine, "alice"), undefined, JSON.stringify(fine));
  }
  t.equal(passwordRefusal("", "alice")?.reason, Reason.REASON_REQUIRED);
});

t.test("what a guesser tries first is refused", async (t) => {
  const predictable = [
    "aaaaaaaaaaaaaaaaaaaa",
    "abcabcabcabcabcabc",
    "passwordpassword",
    "Password12345678",
    "P@ssw0rdP@ssw0rd!",
    "qwertyuiopasdfghjkl",
    "1qaz2wsx3edc4rfv",
    "1234567890123456",
    "abcdefghijklmnopqrstuvwxyz",
    "zyxwvutsrqponmlkjihg",
    "alicealicealice",
    "alice alice 2024!",
    "earshot-password-2026",
    "Earshot Earshot 1",
    "correct horse battery staple",
    "correcthorsebatterystaple1",
    "may the force be with you",
    "To be, or not to be, that is the question",
    "thequickbrownfoxjumps",
    "ILoveYouVeryMuch",
    "letmeinletmein2025",
    "!@#$%^&*()_+!@#$",
  ];
  for (const password of predictable) {
    const refusal = passwordRefusal(password, "alice");
    t.match(refusal, { reason: Reason.REASON_COMMON }, password);
    t.notMatch(refusal?.description, password, "and is not repeated");
  }
});

t.test("unrelated words and random characters are taken", async (t) => {
  const fine = [
    GOOD,
    "seven grey herons fly",
    "purple monkey dishwasher kettle",
    "my dog ate the alice cookbook",
    "Xq7#vT2!mZp9@Lw4",
    "kJ8s-d0Fq-2lPz-77ab",
    "\u043f\u0440\u0438\u0432\u0435\u0442 \u0443\u0442\u043a\u0430 \u0447\u0430\u0439\u043d\u0438\u043a",
    "\u5bc6\u7801\u7ba1\u7406\u5668\u6bd4\u8bb0\u5fc6\u66f4\u53ef\u9760\u800c\u4e14\u5b89\u5168",
    ...Array.from({ length: 200 }, () => unpredictable(15)),
  ];
  for (const password of fine) {
    t.equal(passwordRefusal(password, "alice"), undefined, password);
  }
});

/** Random letters and digits; that fifteen of them look predictable has a chance far below one in a million. */
function unpredictable(length: number): string {
  const alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  const bytes = crypto.getRandomValues(new Uint8Array(length));
  return Array.from(bytes, (byte) => alphabet.charAt(byte % alphabet.length)).join("");
}
