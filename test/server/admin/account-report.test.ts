// Accounts as tables: never wider than 80 columns, and nothing in them drives a terminal.

import t from "tap";
import {
  accountJson,
  accountTable,
  descriptionJson,
  descriptionText,
} from "../../../src/server/admin/account-report.js";
import type { AccountRecord } from "../../../src/server/store/account-store.js";

const AT_MS = Date.UTC(2026, 4, 1, 12, 30, 59);
const ACCOUNT: AccountRecord = {
  accountId: Buffer.alloc(16, 0xab),
  username: "alice",
  passwordHash: "$scrypt$secret",
  passwordVersion: 3,
  requestId: Buffer.alloc(16),
  createdAtMs: AT_MS,
  disabledAtMs: undefined,
  loginCount: 12,
  lastLoginAtMs: AT_MS,
};
const LONGEST = { ...ACCOUNT, username: "x".repeat(32), loginCount: 999_999, disabledAtMs: AT_MS };
const SESSION = {
  sessionId: Buffer.alloc(16, 1),
  createdAtMs: AT_MS,
  lastUsedAtMs: AT_MS,
  expiresAtMs: AT_MS + 1,
  address: "x".repeat(64),
};

t.test("a table is as wide as it must be, and at most 80 columns", async (t) => {
  t.equal(
    accountTable([ACCOUNT, { ...ACCOUNT, username: "bo", lastLoginAtMs: undefined, disabledAtMs: AT_MS }]),
    "NAME   CREATED     LAST LOGIN (UTC)  LOGINS  STATE\n" +
      "alice  2026-05-01  2026-05-01 12:30      12  active\n" +
      "bo     2026-05-01  -                     12  disabled\n",
  );
  t.equal(accountTable([]), "NAME  CREATED     LAST LOGIN (UTC)  LOGINS  STATE\n");
  for (const line of accountTable([ACCOUNT, LONGEST]).trimEnd().split("\n")) {
    t.ok(line.length <= 80, line);
  }
  const shown = descriptionText({ account: LONGEST, sessions: [SESSION], resetCode: undefined });
  t.ok(
    shown.split("\n").every((line) => line.length <= 80),
    shown,
  );
  t.match(shown, /^state +disabled since 2026-05-01 12:30 UTC\n/m);
  t.match(shown, /^password +changed 2 times\n/m);
});

t.test("an account by OPAQUE is told from others, and nothing of its record", async (t) => {
  const account = { ...ACCOUNT, passwordHash: "$opaque-p256$k=0123456789abcdef$AAAA", passwordVersion: 1 };
  const shown = descriptionText({ account, sessions: [], resetCode: undefined });
  t.match(shown, /^password +by OPAQUE, as at registration\n/m);
  t.match(accountJson(account), { scheme: "opaque" });
  t.notMatch(shown + JSON.stringify(accountJson(account)), /0123456789|AAAA/);
});

t.test("strange rows are shown without harm", async (t) => {
  const strange = { ...ACCOUNT, username: "a\u001b[31m\n", createdAtMs: Number.MAX_SAFE_INTEGER };
  const session = { ...SESSION, address: "\u202e\u0007" };
  const text =
    accountTable([strange]) + descriptionText({ account: strange, sessions: [session], resetCode: undefined });
  t.notMatch(text, /[^\P{Cc}\n]|\p{Cf}/u);
  t.match(text, "a?[31m?");
  t.doesNotThrow(() => accountJson(strange));
});

t.test("JSON has all of it but what is secret", async (t) => {
  const code = {
    resetId: Buffer.alloc(16, 5),
    codeHash: Buffer.alloc(32, 6),
    createdAtMs: AT_MS,
    expiresAtMs: AT_MS,
    tries: 2,
  };
  const json = descriptionJson({ account: ACCOUNT, sessions: [SESSION], resetCode: code });
  t.same(json, {
    username: "alice",
    account_id: "ab".repeat(16),
    scheme: "password",
    created_at: "2026-05-01T12:30:59.000Z",
    disabled_at: null,
    login_count: 12,
    last_login_at: "2026-05-01T12:30:59.000Z",
    password_changes: 2,
    reset_code: { expires_at: "2026-05-01T12:30:59.000Z" },
    sessions: [
      {
        session_id: "01".repeat(16),
        created_at: "2026-05-01T12:30:59.000Z",
        last_used_at: "2026-05-01T12:30:59.000Z",
        expires_at: "2026-05-01T12:30:59.001Z",
        address: "x".repeat(64),
      },
    ],
  });
});
