// Writes TLS secrets in the NSS key log format (RFC 9850), with which a recording of this connection can be read.
import { appendFileSync, chmodSync } from "node:fs";
import { ClientError } from "./client-error.js";

/** A function that appends each line to `path`, made 0600. Throws ClientError "file_unusable" at once when it cannot. */
export function openKeyLog(path: string): (line: Buffer) => void {
  try {
    appendFileSync(path, "", { mode: 0o600 });
    chmodSync(path, 0o600);
  } catch (cause) {
    throw new ClientError("file_unusable", `Could not write the key log ${path}; choose another file.`, { cause });
  }
  return (line) => appendFileSync(path, line);
}
