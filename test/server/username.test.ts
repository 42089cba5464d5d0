// Which names are taken, and what becomes of capital letters.

import t from "tap";
import { InvalidField_Reason as Reason } from "../../src/gen/earshot/accounts/v1/accounts.js";
import { normalizeUsername, usernameRefusal } from "../../src/server/username.js";

t.test("3 to 32 of a-z, 0-9, dot, underscore and dash are taken", async (t) => {
  for (const name of ["bob", "a.b", "___", "0-9", "x".repeat(32)]) {
    t.equal(usernameRefusal(name), undefined, name);
  }
});

t.test("each refusal tells its reason, and not the name", async (t) => {
  const cases: [string, Reason][] = [
    ["", Reason.REASON_REQUIRED],
    ["ab", Reason.REASON_TOO_SHORT],
    ["x".repeat(33), Reason.REASON_TOO_LONG],
    ["x".repeat(1_000_000), Reason.REASON_TOO_LONG],
    ["jos\u00e9", Reason.REASON_BAD_CHARACTER],
    ["a b c", Reason.REASON_BAD_CHARACTER],
    ["bob\n", Reason.REASON_BAD_CHARACTER],
    ["bob\0", Reason.REASON_BAD_CHARACTER],
    ["BOB", Reason.REASON_BAD_CHARACTER],
    ["\u212aelvin", Reason.REASON_BAD_CHARACTER],
  ];
  for (const [name, reason] of cases) {
    const refusal = usernameRefusal(name);
    t.match(refusal, { field: "username", reason }, JSON.stringify(name.slice(0, 40)));
    t.ok((refusal?.description.length ?? 999) < 100);
  }
});

t.test("only ASCII capitals are lower-cased", async (t) => {
  t.equal(normalizeUsername("Alice.B_C-9"), "alice.b_c-9");
  t.equal(normalizeUsername("\u212aelvin"), "\u212aelvin", "the Kelvin sign is not a k");
  t.equal(normalizeUsername("\u0130"), "\u0130");
});
