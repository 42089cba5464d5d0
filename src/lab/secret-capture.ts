// Saves a rung's capture together with the TLS secrets of its client, so that whoever opens it can look inside.
// (draft-ietf-opsawg-pcapng, section 4.7: a decryption secrets block stands before the packets that it opens.)
import { readFile, writeFile } from "node:fs/promises";
import { CaptureWriter } from "../sniffer/index.js";
import { LabError } from "./lab-error.js";

const SECTION_HEADER = 0x0a0d0d0a;
/** An empty section header: 28 bytes. */
const MIN_CAPTURE_BYTES = 28;

export async function saveWithSecrets(capture: string, keylogFile: string | undefined, target: string): Promise<void> {
  const keylog = keylogFile === undefined ? "" : await readFile(keylogFile, "latin1").catch(() => "");
  const bytes = await readFile(capture);
  await writeFile(target, keylog === "" ? bytes : insertSecrets(bytes, Buffer.from(keylog, "latin1")), { mode: 0o600 });
}

/** Puts the key log right behind the section header of a little-endian pcapng, which is what our sniffer writes. */
export function insertSecrets(capture: Buffer, keylog: Buffer): Buffer {
  if (capture.length < MIN_CAPTURE_BYTES || capture.readUInt32LE(0) !== SECTION_HEADER) {
    throw new LabError("bad_capture", "the capture is not a pcapng file");
  }
  const headerEnd = capture.readUInt32LE(4);
  const secrets = new CaptureWriter().secrets(keylog);
  return Buffer.concat([capture.subarray(0, headerEnd), secrets, capture.subarray(headerEnd)]);
}
