// Events as lines.
import t from "tap";
import { eventLine } from "../../../src/client/commands/event-line.js";
import { SecurityEvent_Kind } from "../../../src/gen/earshot/accounts/v1/accounts.js";

const EVENT = { eventId: "ab".repeat(16), at: new Date("2026-01-31T12:00:00Z"), sessionId: undefined };

t.test("time, what, where from, and which session", async (t) => {
  t.equal(
    eventLine({ ...EVENT, kind: "login", address: "192.0.2.1", sessionId: "01a206b466af736b86dc811c572f4c68" }),
    "2026-01-31 12:00:00 UTC  logged in  from 192.0.2.1  session 01a206b466af",
  );
  t.equal(eventLine({ ...EVENT, kind: "disabled", address: "" }), "2026-01-31 12:00:00 UTC  account disabled");
});

t.test("nothing that a terminal obeys", async (t) => {
  t.notMatch(eventLine({ ...EVENT, kind: "login\x1b", address: "\x1b[2J\n\x9b" }), /\p{Cc}/u);
});

t.test("every kind of the schema has words", async (t) => {
  const names = Object.values(SecurityEvent_Kind).filter((name) => typeof name === "string");
  for (const name of names.filter((one) => !/UNSPECIFIED|UNRECOGNIZED/.test(one))) {
    const kind = name.replace("KIND_", "").toLowerCase();
    t.notMatch(eventLine({ ...EVENT, kind, address: "" }), "does not know", kind);
  }
  t.match(eventLine({ ...EVENT, kind: "unspecified", address: "" }), "does not know");
});
