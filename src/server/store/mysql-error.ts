// Translates errors of mysql2; no other file knows their codes.

import { StoreError, type StoreErrorCode } from "./store-error.js";

export interface MysqlFailure {
  readonly error: StoreError;
  /** Whether the same work may succeed when it is done again, perhaps on another node: a clash, or a node that failed. */
  readonly isPassing: boolean;
  /** Whether it tells of the node and not of the work: it cannot be reached, is not ready, or does not answer. */
  readonly isNodeDown: boolean;
}

interface Meaning {
  readonly code: StoreErrorCode;
  readonly sentence: string;
  readonly isPassing?: true;
  readonly isNodeDown?: true;
}

const DUPLICATE: Meaning = { code: "duplicate", sentence: "the row exists already" };
const CLASH: Meaning = {
  code: "conflict",
  sentence: "it clashed with another transaction again and again",
  isPassing: true,
};
/** A lock was waited for too long; or a node that lost its cluster waited for that, which only a probe can tell. */
const LOCKED: Meaning = { ...CLASH, isNodeDown: true };
/** A node of a cluster that lost the others answers so, to reads as well. Another connection may lead to a better one. */
const NOT_READY: Meaning = {
  code: "unavailable",
  sentence: "the database node is not ready, as when it has lost its cluster",
  isPassing: true,
  isNodeDown: true,
};
const LOST: Meaning = {
  code: "unavailable",
  sentence: "the database cannot be reached, or broke the connection; check that it runs, and its address",
  isPassing: true,
  isNodeDown: true,
};
const DENIED: Meaning = {
  code: "access_denied",
  sentence: "the database denies access; check user, password and rights",
};
const SLOW: Meaning = { code: "timeout", sentence: "the database took too long" };
const UNTRUSTED: Meaning = {
  code: "not_trusted",
  sentence: "the database's certificate is not trusted for that name; give the file of its CA with ?tls=FILE",
};
const NO_TLS: Meaning = {
  code: "not_trusted",
  sentence: "the database offers no TLS; turn it on there, or give ?tls=off",
};

/** By number, which all of MySQL's relatives share; mysql2 names some of them differently. */
const BY_NUMBER: Readonly<Record<number, Meaning>> = {
  1020: CLASH, // ER_CHECKREAD: MariaDB 11, snapshot isolation
  1615: CLASH, // ER_NEED_REPREPARE: the schema changed meanwhile
  3101: CLASH, // ER_TRANSACTION_ROLLBACK_DURING_COMMIT: group replication
  8028: CLASH, // TiDB: the schema changed meanwhile
  9007: CLASH, // TiDB: write conflict
  1205: LOCKED, // ER_LOCK_WAIT_TIMEOUT
  1213: CLASH, // ER_LOCK_DEADLOCK; Galera: certification failed
  1047: NOT_READY, // ER_UNKNOWN_COM_ERROR; Galera: WSREP has not yet prepared node
  1180: NOT_READY, // ER_ERROR_DURING_COMMIT
  1290: NOT_READY, // ER_OPTION_PREVENTS_STATEMENT: read-only during failover
  1792: NOT_READY, // ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION
  1836: NOT_READY, // ER_READ_ONLY_MODE
  3100: NOT_READY, // ER_RUN_HOOK_ERROR: group replication has no majority
  9001: NOT_READY, // TiDB: the placement driver does not answer
  9002: NOT_READY, // TiDB: the storage does not answer
  9003: NOT_READY, // TiDB: the storage is busy
  9005: NOT_READY, // TiDB: a region is unavailable
  1040: LOST, // ER_CON_COUNT_ERROR
  1053: LOST, // ER_SERVER_SHUTDOWN
  1129: LOST, // ER_HOST_IS_BLOCKED
  1152: LOST, // ER_ABORTING_CONNECTION
  1203: LOST, // ER_TOO_MANY_USER_CONNECTIONS
  1927: LOST, // ER_CONNECTION_KILLED (MariaDB)
  1062: DUPLICATE,
  1586: DUPLICATE,
  1060: DUPLICATE, // ER_DUP_FIELDNAME: a column that is there already
  1317: SLOW, // ER_QUERY_INTERRUPTED
  1969: SLOW, // ER_STATEMENT_TIMEOUT (MariaDB)
  3024: SLOW, // ER_QUERY_TIMEOUT (MySQL)
  4031: LOST, // ER_CLIENT_INTERACTION_TIMEOUT
  1044: DENIED,
  1045: DENIED,
  1130: DENIED,
  1142: DENIED,
  1698: DENIED,
  3159: { code: "not_trusted", sentence: "the database takes no connections in the clear; give ?tls=verify" },
  1049: { code: "no_database", sentence: "there is no such database; create it first" },
  1146: { code: "no_table", sentence: "a table is missing" },
};
const BY_CODE: Readonly<Record<string, Meaning>> = {
  PROTOCOL_CONNECTION_LOST: LOST,
  PROTOCOL_PACKETS_OUT_OF_ORDER: LOST,
  PROTOCOL_UNEXPECTED_PACKET: LOST,
  ECONNREFUSED: LOST,
  ECONNRESET: LOST,
  ECONNABORTED: LOST,
  EPIPE: LOST,
  ETIMEDOUT: LOST,
  EHOSTUNREACH: LOST,
  ENETUNREACH: LOST,
  EHOSTDOWN: LOST,
  ENOTFOUND: { code: "unavailable", sentence: "the name of the database's host is not known; check its spelling" },
  EAI_AGAIN: { ...LOST, sentence: "the name of the database's host cannot be looked up just now" },
  HANDSHAKE_NO_SSL_SUPPORT: NO_TLS,
  HANDSHAKE_SSL_ERROR: UNTRUSTED,
};
const BY_MESSAGE: readonly (readonly [RegExp, Meaning])[] = [
  [/Pool is closed/, { code: "closed", sentence: "the store is closed" }],
  [/Queue limit reached/, { code: "overloaded", sentence: "too many operations wait for the database" }],
  [/closed state|Can't add new command/, LOST],
];
const CERTIFICATE_CODE = /CERT|SELF_SIGNED|ISSUER|UNABLE_TO_VERIFY|^ERR_TLS_|^ERR_SSL_/;
const UNKNOWN: Meaning = { code: "internal", sentence: "the database refused a statement" };

/** `maybeDone`: the failed step was one after which the write may stand. */
export function fromMysqlError(cause: unknown, label: string, maybeDone: boolean): MysqlFailure {
  if (cause instanceof StoreError) {
    const message = cause.message.startsWith(label) ? cause.message : `${label}: ${cause.message}`;
    const isNodeDown = cause.code === "timeout" || cause.code === "unavailable";
    return {
      error: new StoreError(cause.code, message, { maybeDone, cause: cause.cause }),
      isPassing: isNodeDown,
      isNodeDown,
    };
  }
  const { code, sentence, isPassing = false, isNodeDown = false } = meaningOf(cause);
  const number = numberOf(cause);
  const detail = code === "internal" && number !== undefined ? ` (error ${number})` : "";
  const error = new StoreError(code, `${label}: ${sentence}${detail}`, {
    maybeDone: maybeDone && isNodeDown && code !== "conflict",
    cause: withoutSql(cause),
  });
  return { error, isPassing, isNodeDown };
}

/** Why a node counts as down. One that waits in vain for its cluster says what a lock says that is kept for too long. */
export function outageOf(cause: unknown, label: string): StoreError {
  const { error } = fromMysqlError(cause, label, false);
  return error.code === "conflict" ? new StoreError("unavailable", `${label}: ${NOT_READY.sentence}`) : error;
}

function meaningOf(cause: unknown): Meaning {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  const known = BY_NUMBER[numberOf(cause) ?? -1] ?? BY_CODE[code];
  if (known !== undefined) {
    return known;
  }
  const message = cause instanceof Error ? cause.message : "";
  const byMessage = BY_MESSAGE.find(([pattern]) => pattern.test(message))?.[1];
  return byMessage ?? (CERTIFICATE_CODE.test(code) ? UNTRUSTED : UNKNOWN);
}

function numberOf(cause: unknown): number | undefined {
  return cause instanceof Error && "errno" in cause && typeof cause.errno === "number" ? cause.errno : undefined;
}

/** mysql2 hangs the statement and the server's words, with the values in them, on its errors: they stay here. */
function withoutSql(cause: unknown): Error {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown";
  return new Error(`${code}${numberOf(cause) === undefined ? "" : ` (${numberOf(cause)})`}`);
}
