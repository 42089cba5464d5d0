// Audit events as lines: at most 80 columns, and nothing in them drives a terminal.

import t from "tap";
import { EVENT_HEADING, eventJson, eventText } from "../../../src/server/admin/event-report.js";
import { AUDIT_KINDS, type StoredAuditEvent } from "../../../src/server/audit-event.js";

const EVENT: StoredAuditEvent = {
  eventId: Buffer.alloc(16, 1),
  kind: "login",
  atMs: Date.UTC(2026, 4, 1, 12, 30, 59),
  accountId: Buffer.alloc(16, 0xab),
  username: "alice",
  address: "192.0.2.7",
  sessionId: Buffer.alloc(16, 2),
};

t.test("an event is a line: when, what, who, from where", async (t) => {
  t.equal(eventText(EVENT), "2026-05-01 12:30:59  login                  alice  192.0.2.7\n");
  t.match(EVENT_HEADING, /^TIME \(UTC\) {11}EVENT {18}ACCOUNT, FROM\n$/);
  const stranger = { ...EVENT, kind: "login_failed", username: undefined, accountId: undefined };
  t.match(eventText(stranger), /login_failed +\(no such account\) {2}192\.0\.2\.7\n$/);
  t.match(eventText({ ...EVENT, kind: "disabled", address: "" }), /disabled +alice {2}by an administrator\n$/);
  const deleted = { ...EVENT, kind: "account_deleted", username: undefined, address: "" };
  t.match(eventText(deleted), /account_deleted +(?:ab){16}\n$/);
  t.match(eventText({ ...deleted, address: "administrator" }), /by an administrator\n$/);
});

t.test("no line is longer than 80, however long its parts", async (t) => {
  for (const kind of [...AUDIT_KINDS, "of_a_later_version_with_a_long_name"]) {
    const address = "2001:0db8:0000:0000:0000:0000:192.168.100.200";
    const text = eventText({ ...EVENT, kind, username: "x".repeat(32), address });
    t.ok(
      text.split("\n").every((line) => line.length <= 80),
      text,
    );
    t.ok(kind === "disabled" || kind === "enabled" || kind === "reset_code_issued" || text.includes(address));
  }
});

t.test("strange rows are shown without harm", async (t) => {
  const text = eventText({
    ...EVENT,
    kind: "\u001b]0;x",
    username: "\u009b31m",
    address: "\n\u202e",
    atMs: Number.NaN,
  });
  t.notMatch(text.slice(0, -1), /[\p{Cc}\p{Cf}]/u);
});

t.test("JSON tells who did it", async (t) => {
  t.same(eventJson(EVENT), {
    event_id: "01".repeat(16),
    kind: "login",
    at: "2026-05-01T12:30:59.000Z",
    account_id: "ab".repeat(16),
    username: "alice",
    address: "192.0.2.7",
    session_id: "02".repeat(16),
    by_administrator: false,
  });
  const deleted = { ...EVENT, kind: "account_deleted", username: undefined, sessionId: undefined };
  t.match(eventJson({ ...deleted, address: "administrator" }), {
    by_administrator: true,
    address: "",
    username: null,
    session_id: null,
  });
});
