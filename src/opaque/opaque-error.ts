// The one error of src/opaque. It never holds bytes of a message, a password or a key.

/**
 * `malformed`: a message cannot be decoded: wrong length, not a point of the curve, or the identity element.
 * `refused`: the envelope or a MAC does not fit: wrong password, unknown name or a changed message, which RFC 9807 does not tell apart.
 * `spent`: this side's own mistake: a start was finished twice, and its secrets are gone.
 */
export type OpaqueErrorCode = "malformed" | "refused" | "spent";

export class OpaqueError extends Error {
  override readonly name = "OpaqueError";
  readonly code: OpaqueErrorCode;

  constructor(code: OpaqueErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
