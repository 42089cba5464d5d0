// What --opaque-keys says: which file the keys of OPAQUE are in, or that there are none.

import { join } from "node:path";
import type { ServerKeys } from "../../opaque/opaque-server.js";
import type { ServerLog } from "../server-log.js";

/** In the folder of --cert. No PEM file, so it is never taken for a certificate. */
export const OPAQUE_KEYS_FILE = "opaque-keys.json";

/**
 * Undefined without a certificate's folder, and where that cannot be written to: OPAQUE is not served then. A file that was
 * named must be there, or be made. @throws OpaqueKeysError
 */
export async function chooseOpaqueKeys(
  { cert, opaqueKeys }: { readonly cert?: string; readonly opaqueKeys?: string },
  log: ServerLog,
  isNeeded: () => Promise<boolean>,
): Promise<ServerKeys | undefined> {
  const file = opaqueKeys ?? (cert === undefined ? undefined : join(cert, OPAQUE_KEYS_FILE));
  if (file === undefined) return undefined;
  // Loaded only now: `server --help` wants the name of the file alone, and no curve.
  const { openOpaqueKeys, OpaqueKeysError } = await import("./opaque-keys.js");
  try {
    const { keys, isExposed, isNew } = await openOpaqueKeys(file, isNeeded);
    if (isNew)
      log.line("info", "opaque_keys_made", { file, message: "back this file up: no other serves its accounts" });
    if (isExposed) log.line("warning", "opaque_keys_exposed", { file, message: "others may read it; chmod 600" });
    return keys;
  } catch (error) {
    if (opaqueKeys !== undefined || !(error instanceof OpaqueKeysError) || error.problem !== "cannot_write")
      throw error;
    log.line("warning", "opaque_off", { message: error.message });
    return undefined;
  }
}
