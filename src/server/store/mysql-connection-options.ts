// How a node is connected to: what mysql2 is told, and TLS that checks the certificate and the name in it.

import { readFileSync } from "node:fs";
import type { ConnectionOptions } from "mysql2";
import type { MysqlHost, MysqlTarget } from "./database-url.js";
import { StoreError } from "./store-error.js";

const CONNECT_MS = 2_000;

/** @throws StoreError `bad_url` when the file of the authorities cannot be read */
export function connectionOptions(target: MysqlTarget, { host, port }: MysqlHost): ConnectionOptions {
  return {
    host,
    port,
    user: target.user,
    password: target.password,
    database: target.database,
    charset: "utf8mb4_bin",
    connectTimeout: CONNECT_MS,
    enableKeepAlive: true,
    keepAliveInitialDelay: 10_000,
    // Statements are constant, so there are few; this bounds them all the same, for a server counts them all together.
    maxPreparedStatements: 50,
    multipleStatements: false,
    supportBigNumbers: true,
    namedPlaceholders: false,
    // A server may ask for any file of ours otherwise.
    flags: ["-LOCAL_FILES"],
    ...tlsOptions(target.tls),
  };
}

/** With these mysql2 refuses a server that offers no TLS, before it says anything secret. */
function tlsOptions(tls: MysqlTarget["tls"]): Pick<ConnectionOptions, "ssl"> {
  if (tls === "off") {
    return {};
  }
  return { ssl: { verifyIdentity: true, rejectUnauthorized: true, minVersion: "TLSv1.2", ...caOf(tls) } };
}

function caOf(tls: "system" | { readonly caFile: string }): { ca?: string } {
  if (tls === "system") {
    return {};
  }
  try {
    return { ca: readFileSync(tls.caFile, "utf8") };
  } catch (cause) {
    throw new StoreError("bad_url", `--database: the file that tls= names cannot be read: ${tls.caFile}`, { cause });
  }
}
