// Turns what src/rpc reports into what a person can act on: the only place that reads RpcError.
import { AccountDisabled, InvalidField, InvalidField_Reason, RetryAfter } from "../gen/earshot/accounts/v1/accounts.js";
import { ChannelMismatch } from "../gen/earshot/accounts/v1/opaque.js";
import { type Reason, RpcError, StatusCode } from "../rpc/index.js";
import { ClientError, type ClientErrorCode, type ClientErrorOptions } from "./client-error.js";
import { printableText } from "./printable-text.js";

export interface CallSubject {
  /** `host:port`, for messages. */
  readonly server: string;
  readonly username?: string | undefined;
  /** Whether the call carried a session token: UNAUTHENTICATED then means that the session is over. */
  readonly withSession?: boolean | undefined;
  /** Whether it carried a reset code in the place of a password. */
  readonly withCode?: boolean | undefined;
  /** Whether it was part of OPAQUE, which a server that does not know it must not be able to talk a client out of. */
  readonly withOpaque?: boolean | undefined;
}

/** A ClientError for anything that a call or a connection attempt threw. ClientErrors pass unchanged. */
export function translateError(error: unknown, subject: CallSubject): ClientError {
  if (error instanceof ClientError) return error;
  if (!(error instanceof RpcError)) {
    const what = error instanceof Error ? error.name : "unknown";
    return new ClientError("server_failed", `Something went wrong that should not (${what}).`, { cause: error });
  }
  return isAnswer(error) ? fromAnswer(error, subject) : fromFailure(error, subject);
}

/** Whether it comes of a status that the server chose: the call ran, and is over. */
export function wasAnswered(error: unknown): boolean {
  const cause = error instanceof ClientError ? error.cause : undefined;
  return cause instanceof RpcError && cause.delivery === "answered";
}

/** A server without the method answers that it did not process the call. */
function isAnswer({ delivery, code, reason }: RpcError): boolean {
  return delivery === "answered" || (code === StatusCode.UNIMPLEMENTED && reason === undefined);
}

/** A status that the server chose. */
function fromAnswer(error: RpcError, subject: CallSubject): ClientError {
  const options = { status: error.codeName, cause: error, retryAfterMs: error.detail(RetryAfter)?.retryAfterMs };
  switch (error.code) {
    case StatusCode.INVALID_ARGUMENT:
      return fromInvalidArgument(error);
    case StatusCode.ALREADY_EXISTS: {
      const name = printableText(subject.username ?? "that name");
      return new ClientError("name_taken", `The name ${name} is taken; choose another.`, {
        ...options,
        field: "username",
      });
    }
    case StatusCode.UNAUTHENTICATED:
      return fromUnauthenticated(subject, options);
    case StatusCode.PERMISSION_DENIED:
      return fromPermissionDenied(error, options);
    case StatusCode.NOT_FOUND:
      return new ClientError("no_such_session", "There is no such session; it may have ended already.", options);
    case StatusCode.RESOURCE_EXHAUSTED:
      return new ClientError("busy", `The server asks you to wait; try again ${when(options.retryAfterMs)}.`, options);
    case StatusCode.UNAVAILABLE: {
      const message = `The server cannot reach its database just now; try again ${when(options.retryAfterMs)}.`;
      return new ClientError("server_failed", message, options);
    }
    case StatusCode.DEADLINE_EXCEEDED:
      return timedOut(error, subject);
    case StatusCode.UNIMPLEMENTED:
      return fromUnimplemented(subject, options);
    case StatusCode.FAILED_PRECONDITION:
      return fromFailedPrecondition(error, subject, options);
    default:
      return otherFailure(error, options);
  }
}

function fromUnauthenticated(subject: CallSubject, options: ClientErrorOptions): ClientError {
  if (subject.withSession === true) {
    return new ClientError("session_ended", "Your session has ended; log in again.", options);
  }
  if (subject.withCode === true) {
    const message = "Wrong name or code, or the code is used up; ask whoever runs the server for a new one.";
    return new ClientError("bad_code", message, options);
  }
  return new ClientError("bad_login", "Wrong name or password.", options);
}

function fromUnimplemented({ server, withOpaque }: CallSubject, options: ClientErrorOptions): ClientError {
  if (withOpaque !== true) {
    const message = `The server at ${server} does not know this command; it may be older than this client.`;
    return new ClientError("server_failed", message, options);
  }
  const message = `The server at ${server} does not do OPAQUE, so the password was not sent: it may be older than this client, or somebody stands between and wants the password.`;
  return new ClientError("downgrade_refused", message, options);
}

function fromFailedPrecondition(error: RpcError, subject: CallSubject, options: ClientErrorOptions): ClientError {
  if (error.detail(ChannelMismatch) === undefined) return otherFailure(error, options);
  // Whoever passes a call on has read its token; a login carries none.
  const found =
    subject.withSession === true
      ? "They did not learn the password, but they have read the token of this session: end it from another network."
      : "They learned neither password nor token; use another network.";
  const message = `Somebody stands between this client and ${subject.server}: what was sent reached it over another connection. ${found}`;
  return new ClientError("channel_mismatch", message, options);
}

function otherFailure(error: RpcError, options: ClientErrorOptions): ClientError {
  const message = `The server failed (${error.codeName}); try again later, and tell whoever runs it.`;
  return new ClientError("server_failed", message, options);
}

function fromPermissionDenied(error: RpcError, options: ClientErrorOptions): ClientError {
  if (error.detail(AccountDisabled) !== undefined) {
    return new ClientError("account_disabled", "This account is disabled; ask whoever runs the server.", options);
  }
  const detail = error.detail(InvalidField);
  if (detail?.reason === InvalidField_Reason.REASON_WRONG) {
    const field = printableText(detail.field, 60);
    return new ClientError("wrong_password", "Wrong password; nothing was changed.", { ...options, field });
  }
  return new ClientError("server_failed", "The server does not permit that.", options);
}

function fromInvalidArgument(error: RpcError): ClientError {
  const detail = error.detail(InvalidField);
  if (detail === undefined) {
    const said = printableText(error.message);
    return new ClientError("invalid_field", `The server refused the request: ${said}.`, { cause: error });
  }
  return refusedField(detail, error);
}

/** A field that breaks a rule, whoever says so. */
export function refusedField(refusal: InvalidField, cause?: unknown): ClientError {
  const field = printableText(refusal.field, 60);
  const fault = FAULTS[refusal.reason] ?? "was not accepted";
  const rule = Object.hasOwn(RULES, field) ? RULES[field] : undefined; // A server may name the field "constructor".
  const advice = rule ?? (refusal.description === "" ? undefined : printableText(refusal.description));
  const message = `The ${field.replaceAll("_", " ")} ${fault}${advice === undefined ? "" : `: ${advice.replace(/\.$/, "")}`}.`;
  return new ClientError("invalid_field", message, { field, cause });
}

const FAULTS: Readonly<Partial<Record<InvalidField_Reason, string>>> = {
  [InvalidField_Reason.REASON_REQUIRED]: "is missing",
  [InvalidField_Reason.REASON_TOO_SHORT]: "is too short",
  [InvalidField_Reason.REASON_TOO_LONG]: "is too long",
  [InvalidField_Reason.REASON_BAD_CHARACTER]: "has a character that is not allowed",
  [InvalidField_Reason.REASON_COMMON]: "is too common",
  [InvalidField_Reason.REASON_MALFORMED]: "is malformed",
};

const PASSWORD_RULE = "a password has 15 to 128 characters, and a few unusual words do well";
const RULES: Readonly<Record<string, string>> = {
  username: "a name has 3 to 32 of the characters a-z 0-9 . _ -",
  password: PASSWORD_RULE,
  new_password: PASSWORD_RULE,
};

/** The call never got an answer. */
function fromFailure(error: RpcError, subject: CallSubject): ClientError {
  const known = error.reason === undefined ? undefined : FAILURES[error.reason];
  const options = { status: error.codeName, cause: error };
  if (error.reason === "deadline" || error.reason === "connect_timeout") return timedOut(error, subject);
  if (error.reason === "cancelled") return interruptedBy(error);
  if (error.reason === "server_identity_changed") return identityChanged(error, subject);
  if (known !== undefined) {
    const retry = error.delivery === "unknown" ? " It may have been done all the same." : " Try again.";
    const message = known[1].replace("RETRY", () => retry).replaceAll("SERVER", () => subject.server);
    return new ClientError(known[0], message, options);
  }
  const detail = printableText(error.message);
  return new ClientError("connection_lost", `The connection to ${subject.server} failed: ${detail}.`, options);
}

const START = "is a server running there, and is the port right?";
const FAILURES: Readonly<Partial<Record<Reason, readonly [ClientErrorCode, string]>>> = {
  connection_refused: ["not_connected", `Nothing listens at SERVER: ${START}`],
  name_not_found: ["not_connected", "There is no host of the name in SERVER; check its spelling and your network."],
  network_unreachable: ["not_connected", "There is no way to SERVER from here; check your network."],
  address_not_available: ["not_connected", "There is no way to SERVER from here; check the address."],
  permission_denied: ["not_connected", "The system does not permit a connection to SERVER."],
  not_tls: [
    "not_connected",
    "SERVER does not speak TLS: the port may be wrong, or the server was started with --plaintext.",
  ],
  alpn_mismatch: ["not_connected", "SERVER speaks TLS but is no Earshot server; check the port."],
  tls_version_mismatch: ["not_connected", "SERVER supports no version of TLS that this client accepts."],
  tls_failed: ["not_connected", "The TLS handshake with SERVER failed; check that it is an Earshot server."],
  server_not_trusted: [
    "server_not_trusted",
    "The certificate of SERVER is not trusted, so nothing was sent; give the right authority with --ca FILE.",
  ],
  certificate_expired: [
    "server_not_trusted",
    "The certificate of SERVER is out of date, or this machine's clock is wrong; nothing was sent.",
  ],
  server_name_mismatch: [
    "server_not_trusted",
    "The certificate of SERVER is for another name, so nothing was sent; use the name that it was made for.",
  ],
  connection_lost: ["connection_lost", "The connection to SERVER broke off before an answer came.RETRY"],
  connection_closed: ["connection_lost", "The connection to SERVER was closed before an answer came.RETRY"],
  server_closing: ["connection_lost", "The server at SERVER is shutting down; try again in a moment."],
  protocol_error: ["connection_lost", "What SERVER sent is not the Earshot protocol; check the port."],
  bad_response: ["bad_answer", "The answer of SERVER could not be read; client and server may not fit together."],
  bad_options: ["file_unusable", "The --ca file cannot be used; give certificates in PEM."],
};

function timedOut(error: RpcError, { server }: CallSubject): ClientError {
  const done = error.delivery === "unknown" ? " It may have been done all the same." : "";
  const message = `No answer from ${server} in time; try again, or allow more with --timeout SECONDS.${done}`;
  return new ClientError("timed_out", message, { status: error.codeName, cause: error });
}

function interruptedBy(error: RpcError): ClientError {
  const rest = error.delivery === "unknown" ? "the server may have done it all the same" : "nothing was sent";
  return new ClientError("interrupted", `Interrupted; ${rest}.`, { status: error.codeName, cause: error });
}

function identityChanged(error: RpcError, { server }: CallSubject): ClientError {
  const offered = /sha256\/[A-Za-z0-9+/]{43}=/.exec(error.message)?.[0];
  const shown = offered === undefined ? "" : ` (it now shows ${offered})`;
  const message = `The key of ${server} has changed${shown}, so nothing was sent; ask whoever runs the server.`;
  return new ClientError("server_identity_changed", message, { status: error.codeName, cause: error });
}

/** "in 5 minutes": never sooner than it is. */
function when(retryAfterMs: number | undefined): string {
  if (retryAfterMs === undefined || retryAfterMs === 0) return "in a moment";
  const seconds = Math.ceil(retryAfterMs / 1_000);
  if (seconds === 1) return "in a second";
  if (seconds <= 90) return `in ${seconds} seconds`;
  const minutes = Math.ceil(seconds / 60);
  return minutes <= 90 ? `in ${minutes} minutes` : `in ${Math.ceil(minutes / 60)} hours`;
}
