// The one error of this folder. Observers catch it at their border and report a finding: it never leaves them.

/** `malformed`: fields contradict each other. `limit`: larger than the limit given. `unsupported`: known but not read here. */
export type TlsErrorCode = "malformed" | "limit" | "unsupported";

export class TlsError extends Error {
  override readonly name = "TlsError";
  readonly code: TlsErrorCode;

  constructor(code: TlsErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
