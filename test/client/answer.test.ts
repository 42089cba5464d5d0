// What is shown: JSON for programs on one line, sentences without control characters for people.
import t from "tap";
import { formatAnswer, formatFailure, minuteOf, secondOf } from "../../src/client/answer.js";
import { ClientError } from "../../src/client/client-error.js";

const ANSWER = { text: ["Logged in as a\x1b[2J.", "second"], fields: { username: "a\x1b[2J" } };

t.test("people get lines, programs one object", async (t) => {
  t.equal(formatAnswer(ANSWER, "login", false), "Logged in as a?[2J.\nsecond\n");
  const line = formatAnswer(ANSWER, "login", true);
  t.equal(line.indexOf("\n"), line.length - 1);
  t.same(JSON.parse(line), { ok: true, command: "login", username: "a\x1b[2J" });
  const fields = { name: "\x9b2J\x7f\u202e" };
  t.notMatch(formatAnswer({ text: [], fields }, "login", true).trimEnd(), /[\p{Cc}\p{Cf}]/u);
});

t.test("a failure tells code, reason, message and exit status, and the rest where there is some", async (t) => {
  t.same(JSON.parse(formatFailure(new ClientError("bad_login", "Wrong name or password."), "login")), {
    ok: false,
    command: "login",
    error: { code: "UNAUTHENTICATED", reason: "bad_login", message: "Wrong name or password.", exit_status: 1 },
  });
  const refused = new ClientError("invalid_field", "Too short.", { field: "password", retryAfterMs: 5 });
  t.match(JSON.parse(formatFailure(refused, null)), {
    command: null,
    error: { code: "INVALID_ARGUMENT", field: "password", retry_after_ms: 5 },
  });
});

t.test("times are told to the minute, or to the second, in UTC", async (t) => {
  t.equal(minuteOf(new Date("2026-01-02T03:04:05.678Z")), "2026-01-02 03:04 UTC");
  t.equal(secondOf(new Date("2026-01-02T03:04:05.678Z")), "2026-01-02 03:04:05 UTC");
});
