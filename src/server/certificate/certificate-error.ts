// Why a certificate folder cannot be used; the message says what to do.

export type CertificateErrorCode =
  | "no_folder"
  | "cannot_write"
  | "unreadable"
  | "not_pem"
  | "bad_pem"
  | "encrypted_key"
  | "key_without_certificate"
  | "certificate_without_key"
  | "mismatch"
  | "several_candidates"
  | "worse";

export class CertificateError extends Error {
  override readonly name = "CertificateError";
  readonly code: CertificateErrorCode;

  constructor(code: CertificateErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** ` (EACCES)` for an error of the file system, to end a sentence with. */
export function reasonSuffix(cause: unknown): string {
  return cause instanceof Error && "code" in cause && typeof cause.code === "string" ? ` (${cause.code})` : "";
}
