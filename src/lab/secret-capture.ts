// Saves a rung's capture together with the TLS secrets of its client, so that whoever opens it can look inside.
// (A decryption secrets block must stand before the packets that it opens: draft-ietf-opsawg-pcapng, section 4.7.)
import { readFile, writeFile } from "node:fs/promises";

export async function saveWithSecrets(capture: string, keylogFile: string | undefined, target: string): Promise<void> {
  const keylog = keylogFile === undefined ? "" : await readFile(keylogFile, "latin1").catch(() => "");
  await writeFile(target, insertSecrets(await readFile(capture), keylog));
}
