// What can go wrong in the lab itself, as opposed to a rung that shows the wrong thing.

export type LabErrorCode = "program_failed" | "bad_capture" | "cannot_write";

export class LabError extends Error {
  readonly code: LabErrorCode;

  constructor(code: LabErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "LabError";
    this.code = code;
  }
}
