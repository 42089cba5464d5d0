// The one error of floor 1: which rule of the wire was broken, by whom, and where in the stream.

/** Every way in which bytes or frames can be refused. PROTOCOL.md lists them with their reasons. */
export const WIRE_ERROR_CODES = [
  // By the length prefix alone.
  "frame_too_large",
  "zero_length",
  "prefix_not_minimal",
  "prefix_too_long",
  // The stream ended inside a frame.
  "truncated",
  // By the bytes of the frame.
  "malformed_varint",
  "field_number_zero",
  "wrong_wire_type",
  "group",
  "past_end",
  "invalid_utf8",
  "duplicate_field",
  "two_bodies",
  "unknown_body",
  "nonzero_padding",
  "limit_exceeded",
  // By what came before on the connection.
  "stream_id_zero",
  "stream_id_not_zero",
  "stream_id_even",
  "stream_id_reused",
  "stream_id_unopened",
  "wrong_direction",
  // Only from the encoder.
  "not_encodable",
] as const;

export type WireErrorCode = (typeof WIRE_ERROR_CODES)[number];

/** Who broke the rule: `us` means a bug or a wrong argument on this side. */
export type Blame = "us" | "peer";

/**
 * `offset` counts bytes from the start of the direction's stream, to the place where the rule broke; for `blame: "us"` it
 * is 0.
 */
export class WireError extends Error {
  override readonly name = "WireError";
  readonly code: WireErrorCode;
  readonly blame: Blame;
  readonly offset: number;

  constructor(code: WireErrorCode, message: string, offset: number, blame: Blame = "peer", options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.offset = offset;
    this.blame = blame;
  }
}
