// What can go wrong for someone who uses an account: one class, one closed set of codes, one exit status for each.

/** Every way in which a call or a command can fail. `EXIT_STATUS` says how the command line reports it. */
export type ClientErrorCode =
  | "usage"
  | "interrupted"
  | "invalid_field"
  | "name_taken"
  | "bad_login"
  | "bad_code"
  | "wrong_password"
  | "account_disabled"
  | "no_such_session"
  | "busy"
  | "server_failed"
  | "bad_answer"
  | "file_unusable"
  | "not_connected"
  | "timed_out"
  | "connection_lost"
  | "server_not_trusted"
  | "server_identity_changed"
  | "opaque_key_changed"
  | "downgrade_refused"
  | "channel_mismatch"
  | "session_ended"
  | "not_logged_in"
  | "call_failed"
  | "bad_schema"
  | "not_in_schema";

/** Exit status of the `client` program for each code. */
export const EXIT_STATUS: Readonly<Record<ClientErrorCode, number>> = {
  invalid_field: 1,
  name_taken: 1,
  bad_login: 1,
  bad_code: 1,
  wrong_password: 1,
  account_disabled: 1,
  no_such_session: 1,
  busy: 1,
  server_failed: 1,
  bad_answer: 1,
  file_unusable: 1,
  call_failed: 1,
  bad_schema: 1,
  not_in_schema: 1,
  usage: 2,
  not_connected: 3,
  timed_out: 3,
  connection_lost: 3,
  server_not_trusted: 4,
  server_identity_changed: 4,
  opaque_key_changed: 4,
  downgrade_refused: 4,
  session_ended: 5,
  not_logged_in: 5,
  channel_mismatch: 6,
  interrupted: 130,
};

export interface ClientErrorOptions {
  /** Name of the gRPC status that a program should see; by default the nearest one to the code. */
  readonly status?: string | undefined;
  /** Field of the request that was refused, as the schema writes it. */
  readonly field?: string | undefined;
  /** Milliseconds after which the same call may succeed. */
  readonly retryAfterMs?: number | undefined;
  /** What the server added to its error, as JSON values. */
  readonly details?: readonly unknown[] | undefined;
  readonly cause?: unknown;
}

/** The only error that AccountClient and the commands throw. Its message is one sentence for people, without secrets. */
export class ClientError extends Error {
  override readonly name = "ClientError";
  readonly code: ClientErrorCode;
  /** Name of a gRPC status, such as UNAUTHENTICATED. */
  readonly status: string;
  readonly field: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly details: readonly unknown[] | undefined;

  constructor(code: ClientErrorCode, message: string, options: ClientErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.status = options.status ?? NEAREST_STATUS[code];
    this.field = options.field;
    this.retryAfterMs = options.retryAfterMs;
    this.details = options.details;
  }
}

const NEAREST_STATUS: Readonly<Record<ClientErrorCode, string>> = {
  usage: "INVALID_ARGUMENT",
  interrupted: "CANCELLED",
  invalid_field: "INVALID_ARGUMENT",
  name_taken: "ALREADY_EXISTS",
  bad_login: "UNAUTHENTICATED",
  bad_code: "UNAUTHENTICATED",
  wrong_password: "PERMISSION_DENIED",
  account_disabled: "PERMISSION_DENIED",
  no_such_session: "NOT_FOUND",
  busy: "RESOURCE_EXHAUSTED",
  server_failed: "INTERNAL",
  bad_answer: "INTERNAL",
  file_unusable: "FAILED_PRECONDITION",
  not_connected: "UNAVAILABLE",
  timed_out: "DEADLINE_EXCEEDED",
  connection_lost: "UNAVAILABLE",
  server_not_trusted: "UNAVAILABLE",
  server_identity_changed: "UNAVAILABLE",
  opaque_key_changed: "UNAVAILABLE",
  downgrade_refused: "UNIMPLEMENTED",
  channel_mismatch: "FAILED_PRECONDITION",
  session_ended: "UNAUTHENTICATED",
  not_logged_in: "UNAUTHENTICATED",
  call_failed: "UNKNOWN",
  bad_schema: "FAILED_PRECONDITION",
  not_in_schema: "NOT_FOUND",
};
