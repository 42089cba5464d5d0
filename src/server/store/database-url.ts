// Reads --database: `sqlite:FILE`, a bare path, or `mysql://USER:PASSWORD@HOST:PORT,…/NAME?tls=…`; and writes it without its password.

import { isIP } from "node:net";
import { StoreError } from "./store-error.js";

export type DatabaseTarget =
  | { readonly kind: "sqlite"; readonly file: string }
  | ({ readonly kind: "mysql" } & MysqlTarget);

export interface MysqlHost {
  readonly host: string;
  readonly port: number;
}

export interface MysqlTarget {
  /** The nodes of one cluster, each with the same data. The first one that is up is used. */
  readonly hosts: readonly [MysqlHost, ...MysqlHost[]];
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** `off`: none. `system`: verified by the authorities that Node ships. Else the file of the authorities to trust. */
  readonly tls: "off" | "system" | { readonly caFile: string };
}

const EXAMPLE = "mysql://USER:PASSWORD@HOST:3306/DATABASE?tls=verify";
const DEFAULT_PORT = 3306;
const MAX_HOSTS = 16;

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
export function mysqlLabel({ user, hosts, database }: MysqlTarget): string {
  return `mysql://${user}@${hosts.map(mysqlHostLabel).join(",")}/${database}`;
}

export function mysqlHostLabel({ host, port }: MysqlHost): string {
  return `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
}

/** Several hosts are more than URL knows, so each is read as a URL of its own. */
function decodeMysqlUrl(text: string): MysqlTarget {
  const [, userInfo = "", authority = "", rest = ""] = /^[a-z]+:\/\/([^/?#]*@)?([^@/?#]*)(.*)$/is.exec(text) ?? [];
  const [first, ...others] = authority.split(",").map((host) => {
    const url = `mysql://${userInfo}${host}${rest}`;
    if (host !== "" && !URL.canParse(url)) {
      throw bad(`the URL cannot be read; write ${EXAMPLE}, with special characters of the password as %XX`);
    }
    return host === "" ? undefined : new URL(url);
  });
  const database = decode(first?.pathname.slice(1) ?? "");
  const user = decode(first?.username ?? "");
  if (first === undefined || user === "" || database === "" || database.includes("/") || others.includes(undefined)) {
    throw bad(`the URL must name a host, a user and a database, as in ${EXAMPLE}; several hosts as a,b:3307,c`);
  }
  const hosts = [hostOf(first), ...others.map((url) => hostOf(url ?? first))] as const;
  const names = hosts.map(({ host }) => host);
  if (new Set(hosts.map(mysqlHostLabel)).size < hosts.length || hosts.length > MAX_HOSTS) {
    throw bad(`the URL names a host twice, or more than ${MAX_HOSTS}`);
  }
  const tls = tlsOf(first, names);
  if (tls !== "off" && names.some((name) => isIP(name) !== 0)) {
    // mysql2 would hold the certificate of an address against the name "localhost".
    throw bad("with TLS, give hosts by name and not by address: the certificate is checked for that name");
  }
  return { hosts, user, password: decode(first.password), database, tls };
}

function hostOf(url: URL): MysqlHost {
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  return { host, port: url.port === "" ? DEFAULT_PORT : Number(url.port) };
}

/** Without `tls`, only this very machine is reached in the clear. */
function tlsOf(url: URL, hosts: readonly string[]): MysqlTarget["tls"] {
  for (const key of url.searchParams.keys()) {
    if (key !== "tls") {
      throw bad("the URL has an option that is not known; only tls=verify, tls=off and tls=CA-FILE are");
    }
  }
  const tls = url.searchParams.get("tls");
  if (tls === null) {
    return hosts.every(isLoopback) ? "off" : "system";
  }
  if (tls === "") {
    throw bad("tls= needs a value: verify, off, or the file of the CA certificates to trust");
  }
  return tls === "off" ? "off" : tls === "verify" ? "system" : { caFile: tls };
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
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
