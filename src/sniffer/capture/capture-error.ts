// The one error of the capture file readers.

/**
 * `not_a_capture`: no known magic number. `compressed`: must be unpacked first. `unsupported_version`: a format version
 * we do not know. `truncated`: the file ends within a block. `malformed`: fields contradict each other. `limit`: a size
 * that we refuse to hold.
 */
export type CaptureErrorCode =
  | "not_a_capture"
  | "compressed"
  | "unsupported_version"
  | "truncated"
  | "malformed"
  | "limit";

/** `offset`: bytes into the file at which the damaged block begins. `frame`: number of the last packet before it. */
export class CaptureError extends Error {
  override readonly name = "CaptureError";
  readonly code: CaptureErrorCode;
  readonly offset: number;
  readonly frame: number;

  constructor(code: CaptureErrorCode, message: string, offset: number, frame: number, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.offset = offset;
    this.frame = frame;
  }
}
