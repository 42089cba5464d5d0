// The flags that change TLS itself, for the lab and for teaching; each says so when it is used.
import type { ClientTls } from "../rpc/index.js";
import type { ConnectionFlags } from "./connection-flags.js";
import { openKeyLog } from "./key-log.js";

/** The part of ClientTls that --max-tls and --keylog decide. Throws ClientError "file_unusable". */
export function tlsFlags({ maxTls, keylog }: ConnectionFlags, warn: (text: string) => void): ClientTls {
  if (maxTls === "1.2") {
    warn("--max-tls 1.2: the server's certificate crosses the wire in the clear.");
  }
  if (keylog !== undefined) {
    warn(`--keylog: whoever has ${keylog} and a recording of this connection reads all of it.`);
  }
  return {
    ...(maxTls === "1.2" ? { minVersion: "TLSv1.2", maxVersion: "TLSv1.2" } : {}),
    ...(keylog === undefined ? {} : { onKeylog: openKeyLog(keylog) }),
  };
}
