// Tokens: their form, and which authorization texts carry one.

import { createHash } from "node:crypto";
import t from "tap";
import { bearerToken, createToken, tokenHash } from "../../src/server/session-token.js";

t.test("tokens are 32 random bytes, and are stored as their SHA-256", async (t) => {
  const token = createToken();
  t.match(token, /^[A-Za-z0-9_-]{43}$/);
  t.not(createToken(), token);
  t.same(tokenHash(token), createHash("sha256").update(token).digest());
});

t.test("only a bearer token of the right form is read", async (t) => {
  const token = createToken();
  t.equal(bearerToken(`Bearer ${token}`), token);
  t.equal(bearerToken(`bearer ${token}`), token);
  const bad = [
    undefined,
    "",
    "Bearer",
    "Bearer ",
    `Basic ${token}`,
    token,
    `Bearer ${token}=`,
    `Bearer  ${token}`,
    `Bearer ${token}\n`,
  ];
  for (const text of bad) {
    t.equal(bearerToken(text), undefined, JSON.stringify(text));
  }
});
