// Saves a rung's capture together with the TLS secrets of its client, so that whoever opens it can look inside.
// (draft-ietf-opsawg-pcapng, section 4.7: a decryption secrets block stands before the packets that it opens.)
import { readFile, writeFile } from "node:fs/promises";
import { LabError } from "./lab-error.js";

const SECTION_HEADER = 0x0a0d0d0a;
const DECRYPTION_SECRETS = 0x0000000a;
const TLS_KEY_LOG = 0x544c534b;
const BLOCK_OVERHEAD_BYTES = 12;

export async function saveWithSecrets(capture: string, keylogFile: string | undefined, target: string): Promise<void> {
  const keylog = keylogFile === undefined ? "" : await readFile(keylogFile, "latin1").catch(() => "");
  const bytes = await readFile(capture);
  await writeFile(target, keylog === "" ? bytes : insertSecrets(bytes, Buffer.from(keylog, "latin1")), { mode: 0o600 });
}

/** Puts the key log right behind the section header of a little-endian pcapng, which is what our sniffer writes. */
export function insertSecrets(capture: Buffer, keylog: Buffer): Buffer {
  if (capture.length < 2 * BLOCK_OVERHEAD_BYTES || capture.readUInt32LE(0) !== SECTION_HEADER) {
    throw new LabError("bad_capture", "the capture is not a pcapng file");
  }
  const headerEnd = capture.readUInt32LE(4);
  return Buffer.concat([capture.subarray(0, headerEnd), secretsBlock(keylog), capture.subarray(headerEnd)]);
}

function secretsBlock(keylog: Buffer): Buffer {
  const padded = Math.ceil(keylog.length / 4) * 4;
  const length = BLOCK_OVERHEAD_BYTES + 8 + padded;
  const block = Buffer.alloc(length);
  block.writeUInt32LE(DECRYPTION_SECRETS, 0);
  block.writeUInt32LE(length, 4);
  block.writeUInt32LE(TLS_KEY_LOG, 8);
  block.writeUInt32LE(keylog.length, 12);
  keylog.copy(block, 16);
  block.writeUInt32LE(length, length - 4);
  return block;
}
