// The one error of floor 0.

/** `short`: the bytes end before the value does. `malformed`: no such encoding. `limit`: allowed sizes exceeded. */
export type BytesErrorCode = "short" | "malformed" | "limit";

/** `offset` is the position in the reader's buffer at which the read began. */
export class BytesError extends Error {
  override readonly name = "BytesError";
  readonly code: BytesErrorCode;
  readonly offset: number;

  constructor(code: BytesErrorCode, message: string, offset: number, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.offset = offset;
  }
}
