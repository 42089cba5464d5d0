// The document of an export: JSON, whatever parts there are, and a line for each entry.
import t from "tap";
import type { ExportPart } from "../../../src/client/account-values.js";
import { ExportDocument } from "../../../src/client/commands/export-document.js";
import { listedSession } from "./listed-session.js";

const AT = new Date("2026-01-02T03:04:05.678Z");
const ACCOUNT: ExportPart = {
  kind: "account",
  account: {
    accountId: "00".repeat(16),
    username: "al\x1b\x9bice\n",
    createdAt: AT,
    requestId: "",
    passwordChanges: 2,
    logins: 3,
    lastLoginAt: undefined,
    resetCodeExpiresAt: AT,
  },
};
const SESSION: ExportPart = { kind: "session", session: listedSession("0f".repeat(16)) };
const EVENT: ExportPart = {
  kind: "event",
  event: { eventId: "ab".repeat(16), kind: "login", at: AT, address: "::1", sessionId: "0f".repeat(16) },
};

for (const form of ["lines", "one_line"] as const) {
  for (const [sessions, events] of [
    [0, 0],
    [1, 0],
    [0, 1],
    [3, 2],
  ] as const) {
    t.test(`${sessions} sessions and ${events} events (${form})`, async (t) => {
      const parts = [ACCOUNT, ...Array(sessions).fill(SESSION), ...Array(events).fill(EVENT)];
      const { text, document } = written(form, parts);
      const { account, ...rest } = JSON.parse(text);
      t.match(account, { username: "al\x1b\x9bice\n", password_changes: 2, last_login_at: null });
      t.match(rest, {
        sessions: Array(sessions).fill({ session_id: "0f".repeat(16), created_at: /Z$/, current: false }),
        events: Array(events).fill({ at: AT.toISOString(), kind: "login", session_id: "0f".repeat(16) }),
      });
      t.equal(rest.ok, form === "one_line" ? true : undefined);
      t.same([document.sessions, document.events], [sessions, events]);
      t.notMatch(text.replaceAll("\n", ""), /[\p{Cc}]/u);
      if (form === "one_line") t.equal(text.indexOf("\n"), text.length - 1);
    });
  }
}

t.test("people find an entry on each line", async (t) => {
  const { text } = written("lines", [ACCOUNT, EVENT]);
  t.match(text, '\n  "events": [\n    { "at": "2026-01-02T03:04:05.678Z", "kind": "login", ');
});

t.test("parts out of order are a typed error", async (t) => {
  const orders: ExportPart[][] = [[], [SESSION], [ACCOUNT, ACCOUNT], [ACCOUNT, EVENT, SESSION]];
  for (const parts of orders) t.throws(() => written("lines", parts), { code: "bad_answer" });
});

function written(form: "lines" | "one_line", parts: readonly ExportPart[]) {
  const document = new ExportDocument(form);
  return { text: parts.map((part) => document.push(part)).join("") + document.finish(), document };
}
