// Every failure that src/rpc can report has a code, an exit status and a sentence; none shows what a server smuggles in.
import t from "tap";
import { ClientError, EXIT_STATUS } from "../../src/client/client-error.js";
import { type CallSubject, translateError, wasAnswered } from "../../src/client/error-translation.js";
import {
  InvalidField,
  InvalidField_Reason,
  RetryAfter,
  UsernameTaken,
} from "../../src/gen/earshot/accounts/v1/accounts.js";
import { ChannelMismatch } from "../../src/gen/earshot/accounts/v1/opaque.js";
import { type Reason, RpcError, StatusCode, statusName } from "../../src/rpc/index.js";

const SUBJECT: CallSubject = { server: "a.example:7443", username: "alice" };
const answered = (code: StatusCode, details: ConstructorParameters<typeof RpcError>[2] = {}) =>
  new RpcError(code, "said the server", { delivery: "answered", ...details });
const failed = (reason: Reason, delivery: "not_sent" | "unknown" = "not_sent") =>
  new RpcError(StatusCode.UNAVAILABLE, "said the socket", { reason, delivery });

interface Row {
  readonly error: RpcError;
  readonly subject?: Partial<CallSubject>;
  readonly code: string;
  readonly exit: number;
  readonly says: RegExp;
}
function waits(times: readonly (readonly [retryAfterMs: number, said: string])[]): Row[] {
  return times.map(([retryAfterMs, said]) => ({
    error: answered(StatusCode.RESOURCE_EXHAUSTED, { details: [[RetryAfter, { retryAfterMs }]] }),
    code: "busy",
    exit: 1,
    says: new RegExp(`try again ${said}\\.$`),
  }));
}

const ROWS: readonly Row[] = [
  { error: answered(StatusCode.UNAUTHENTICATED), code: "bad_login", exit: 1, says: /^Wrong name or password\.$/ },
  {
    error: answered(StatusCode.UNAUTHENTICATED),
    subject: { withSession: true },
    code: "session_ended",
    exit: 5,
    says: /log in again/,
  },
  {
    error: answered(StatusCode.ALREADY_EXISTS, { details: [[UsernameTaken, { username: "alice" }]] }),
    code: "name_taken",
    exit: 1,
    says: /The name alice is taken/,
  },
  {
    error: answered(StatusCode.RESOURCE_EXHAUSTED, { details: [[RetryAfter, { retryAfterMs: 1_200 }]] }),
    code: "busy",
    exit: 1,
    says: /try again in 2 seconds\.$/,
  },
  ...waits([
    [90_000, "in 90 seconds"],
    [91_000, "in 2 minutes"],
    [900_000, "in 15 minutes"],
    [5_400_001, "in 2 hours"],
    [86_400_000, "in 24 hours"],
  ]),
  { error: answered(StatusCode.RESOURCE_EXHAUSTED), code: "busy", exit: 1, says: /try again in a moment\.$/ },
  {
    error: answered(StatusCode.UNAVAILABLE, { details: [[RetryAfter, { retryAfterMs: 1_000 }]] }),
    code: "server_failed",
    exit: 1,
    says: /database.* in a second\.$/,
  },
  { error: answered(StatusCode.UNIMPLEMENTED), code: "server_failed", exit: 1, says: /older than this client/ },
  {
    error: answered(StatusCode.UNIMPLEMENTED, { delivery: "not_processed" }),
    code: "server_failed",
    exit: 1,
    says: /does not know this command; it may be older/,
  },
  {
    error: answered(StatusCode.UNIMPLEMENTED, { delivery: "not_processed" }),
    subject: { withOpaque: true },
    code: "downgrade_refused",
    exit: 4,
    says: /does not do OPAQUE, so the password was not sent/,
  },
  {
    error: answered(StatusCode.FAILED_PRECONDITION, { details: [[ChannelMismatch, {}]] }),
    subject: { withOpaque: true },
    code: "channel_mismatch",
    exit: 6,
    says: /^Somebody stands between this client and a\.example:7443: .* neither password nor token/,
  },
  {
    error: answered(StatusCode.FAILED_PRECONDITION, { details: [[ChannelMismatch, {}]] }),
    subject: { withOpaque: true, withSession: true },
    code: "channel_mismatch",
    exit: 6,
    says: /they have read the token of this session/,
  },
  { error: answered(StatusCode.FAILED_PRECONDITION), code: "server_failed", exit: 1, says: /FAILED_PRECONDITION/ },
  { error: answered(StatusCode.INTERNAL), code: "server_failed", exit: 1, says: /INTERNAL/ },
  { error: answered(StatusCode.DEADLINE_EXCEEDED), code: "timed_out", exit: 3, says: /--timeout/ },
  { error: answered(StatusCode.INVALID_ARGUMENT), code: "invalid_field", exit: 1, says: /said the server/ },
  { error: failed("connection_refused"), code: "not_connected", exit: 3, says: /Nothing listens at a\.example:7443/ },
  { error: failed("name_not_found"), code: "not_connected", exit: 3, says: /no host of the name/ },
  { error: failed("network_unreachable"), code: "not_connected", exit: 3, says: /no way to/ },
  { error: failed("connect_timeout"), code: "timed_out", exit: 3, says: /in time/ },
  { error: failed("not_tls"), code: "not_connected", exit: 3, says: /does not speak TLS.*--plaintext/ },
  { error: failed("alpn_mismatch"), code: "not_connected", exit: 3, says: /no Earshot server/ },
  { error: failed("tls_version_mismatch"), code: "not_connected", exit: 3, says: /version of TLS/ },
  { error: failed("server_not_trusted"), code: "server_not_trusted", exit: 4, says: /nothing was sent.*--ca/ },
  { error: failed("certificate_expired"), code: "server_not_trusted", exit: 4, says: /out of date/ },
  { error: failed("server_name_mismatch"), code: "server_not_trusted", exit: 4, says: /another name/ },
  { error: failed("server_identity_changed"), code: "server_identity_changed", exit: 4, says: /has changed/ },
  {
    error: failed("connection_lost", "unknown"),
    code: "connection_lost",
    exit: 3,
    says: /broke off.*may have been done/,
  },
  { error: failed("connection_closed"), code: "connection_lost", exit: 3, says: /closed before.* Try again\.$/ },
  { error: failed("protocol_error", "unknown"), code: "connection_lost", exit: 3, says: /not the Earshot protocol/ },
  { error: failed("deadline", "unknown"), code: "timed_out", exit: 3, says: /may have been done/ },
  { error: failed("cancelled", "unknown"), code: "interrupted", exit: 130, says: /may have done it/ },
  { error: failed("cancelled"), code: "interrupted", exit: 130, says: /nothing was sent/ },
  { error: failed("queue_full"), code: "connection_lost", exit: 3, says: /said the socket/ },
];

for (const { error, subject = {}, code, exit, says } of ROWS) {
  t.test(`${statusName(error.code)} ${error.reason ?? error.delivery} becomes ${code}`, async (t) => {
    const translated = translateError(error, { ...SUBJECT, ...subject });
    t.equal(translated.code, code);
    t.equal(EXIT_STATUS[translated.code], exit);
    t.match(translated.message, says);
    t.match(translated.message, /^[A-Za-z].*[.?]$/s, "a sentence");
    t.equal(translated.status, code === "timed_out" && error.reason !== undefined ? error.codeName : translated.status);
    t.equal(translated.cause, error);
  });
}

for (const reason of Object.values(InvalidField_Reason)) {
  if (typeof reason !== "number" || reason < 0) continue;
  t.test(`a refused field is named, reason ${InvalidField_Reason[reason]}`, async (t) => {
    const detail = { field: "username", reason, description: "as the server says." };
    const { message, field, code } = translateError(
      answered(StatusCode.INVALID_ARGUMENT, { details: [[InvalidField, detail]] }),
      SUBJECT,
    );
    t.equal(code, "invalid_field");
    t.equal(field, "username");
    t.match(message, /^The username .*: a name has 3 to 32 .*\.$/);
  });
}

t.test(
  "a field that this client does not know is explained in the server's words, without control characters",
  async (t) => {
    const detail = { field: "nick\x1b[2J", reason: 99, description: "no \x1b]0;title\x07 please\u202e" };
    const { message } = translateError(
      answered(StatusCode.INVALID_ARGUMENT, { details: [[InvalidField, detail]] }),
      SUBJECT,
    );
    t.equal(message, "The nick?[2J was not accepted: no ?]0;title? please?.");
  },
);

t.test("a field named as something that every object has is no rule", async (t) => {
  const detail = { field: "constructor", reason: 99, description: "odd" };
  const error = answered(StatusCode.INVALID_ARGUMENT, { details: [[InvalidField, detail]] });
  t.equal(translateError(error, SUBJECT).message, "The constructor was not accepted: odd.");
});

t.test("the key that a changed server shows is told", async (t) => {
  const pin = `sha256/${Buffer.alloc(32, 7).toString("base64")}`;
  const error = new RpcError(StatusCode.UNAVAILABLE, `its key is ${pin}, expected sha256/x`, {
    reason: "server_identity_changed",
    delivery: "not_sent",
  });
  t.match(translateError(error, SUBJECT).message, pin);
});

t.test("what a server answered is told from what got no answer", async (t) => {
  t.ok(wasAnswered(translateError(answered(StatusCode.ABORTED), SUBJECT)));
  t.notOk(wasAnswered(translateError(failed("connection_lost", "unknown"), SUBJECT)));
  t.notOk(wasAnswered(new ClientError("busy", "Wait.")));
  t.notOk(wasAnswered(answered(StatusCode.ABORTED)), "before it was translated");
});

t.test("errors of one's own pass unchanged, foreign ones are wrapped without their words", async (t) => {
  const own = new ClientError("busy", "Wait.");
  t.equal(translateError(own, SUBJECT), own);
  const foreign = translateError(new TypeError("secret inside"), SUBJECT);
  t.equal(foreign.code, "server_failed");
  t.notMatch(foreign.message, /secret/);
});
