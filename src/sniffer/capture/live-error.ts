// The one error of live sources: why nothing is captured, and what the person can do about it.

export type LiveErrorCode =
  | "no_such_interface"
  | "no_permission"
  | "bad_filter"
  | "no_backend"
  | "backend_failed"
  | "bad_address"
  | "cannot_listen"
  | "interface_gone"
  | "bad_user";

/** The message is complete as it stands: what went wrong and what to do. */
export class LiveError extends Error {
  override readonly name = "LiveError";
  readonly code: LiveErrorCode;

  constructor(code: LiveErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
