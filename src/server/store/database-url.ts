// Reads --database: `sqlite:FILE`, a bare path, or `mysql://USER:PASSWORD@HOST:PORT/NAME?tls=…`; and writes it without its password.

import { isIP } from "node:net";
import { StoreError } from "./store-error.js";

export type DatabaseTarget =
  | { readonly kind: "sqlite"; readonly file: string }
  | ({ readonly kind: "mysql" } & MysqlTarget);

export interface MysqlTarget {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** `off`: none. `system`: verified by the authorities that Node ships. Else the file of the authorities to trust. */
  readonly tls: "off" | "system" | { readonly caFile: string };
}

const EXAMPLE = "mysql://USER:PASSWORD@HOST:3306/DATABASE?tls=verify";
const DEFAULT_PORT = 3306;

/** @throws StoreError `bad_url`; the message never repeats the text, which holds a password. */
export function decodeDatabaseUrl(text: string): DatabaseTarget {
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(text)?.[1]?.toLowerCase();
  if (scheme === "mysql" || scheme === "mariadb") {
    return { kind: "mysql", ...decodeMysqlUrl(text) };
  }
  if (scheme !== undefined && scheme !== "sqlite" && text.includes("://")) {
    throw bad(`"${scheme}:" is not a known kind of database; use sqlite:FILE or ${EXAMPLE}`);
  }
  const file = scheme === "sqlite" ? text.slice("sqlite:".length) : text;
  if (file === "" || file.includes("\0")) {
    throw bad("the file name is missing; write sqlite:earshot.db");
  }
  return { kind: "sqlite", file };
}

/** What stands for a MySQL database in messages: all of the URL but the password and the options. */
export function mysqlLabel({ user, host, port, database }: MysqlTarget): string {
  return `mysql://${user}@${isIP(host) === 6 ? `[${host}]` : host}:${port}/${database}`;
}

function decodeMysqlUrl(text: string): MysqlTarget {
  if (!URL.canParse(text)) {
    throw bad(`the URL cannot be read; write ${EXAMPLE}, with special characters of the password as %XX`);
  }
  const url = new URL(text);
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const database = decode(url.pathname.slice(1));
  const user = decode(url.username);
  if (host === "" || user === "" || database === "" || database.includes("/") || host.includes(",")) {
    throw bad(`the URL must name one host, a user and a database, as in ${EXAMPLE}`);
  }
  const tls = tlsOf(url, host);
  if (tls !== "off" && isIP(host) !== 0) {
    // mysql2 would hold the certificate of an address against the name "localhost".
    throw bad("with TLS, give the host by name and not by address: the certificate is checked for that name");
  }
  const port = url.port === "" ? DEFAULT_PORT : Number(url.port);
  return { host, port, user, password: decode(url.password), database, tls };
}

/** Without `tls`, only this very machine is reached in the clear. */
function tlsOf(url: URL, host: string): MysqlTarget["tls"] {
  for (const key of url.searchParams.keys()) {
    if (key !== "tls") {
      throw bad("the URL has an option that is not known; only tls=verify, tls=off and tls=CA-FILE are");
    }
  }
  const tls = url.searchParams.get("tls");
  if (tls === null) {
    return host === "localhost" || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(host) ? "off" : "system";
  }
  if (tls === "") {
    throw bad("tls= needs a value: verify, off, or the file of the CA certificates to trust");
  }
  return tls === "off" ? "off" : tls === "verify" ? "system" : { caFile: tls };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw bad("the URL has a % that is not followed by two hexadecimal digits; write %25 for it");
  }
}

function bad(what: string): StoreError {
  return new StoreError("bad_url", `--database: ${what}`);
}
