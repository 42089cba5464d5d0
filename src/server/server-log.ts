// What the log tells: which events, at which level, with which fields; and never a secret.

import { type CallEndEvent, RpcError, StatusCode, statusName } from "../rpc/index.js";
import type { AccountServer } from "./account-server.js";
import { AUDIT_KINDS, type AuditEvent, type AuditKind } from "./audit-event.js";
import { LineBudget } from "./line-budget.js";
import { LOG_LEVELS, type LogFields, type LogLevel, type LogLines, textLines } from "./log-lines.js";
import { StoreError } from "./store/store-error.js";

export type WriteLine = (line: string) => void;

export interface ServerLogOptions {
  /** Default: text. */
  readonly lines?: LogLines | undefined;
  /** The lowest that is written. Default "info". */
  readonly level?: LogLevel | undefined;
}

/** What somebody tried in vain. */
const FAILURES: ReadonlySet<AuditKind> = new Set(["login_failed", "password_refused"]);
/** How a call ends for which the server is to blame, or its load. */
const BAD_ENDS: ReadonlySet<StatusCode> = new Set([
  StatusCode.UNKNOWN,
  StatusCode.RESOURCE_EXHAUSTED,
  StatusCode.INTERNAL,
  StatusCode.UNAVAILABLE,
  StatusCode.DATA_LOSS,
]);
/** Of what anyone who can connect causes as often as they like. */
const MAX_LINES = 10;
const WINDOW_MS = 1_000;

export class ServerLog {
  readonly #write: WriteLine;
  readonly #lines: LogLines;
  readonly #lowest: number;
  readonly #budgets = new Map<string, LineBudget>();

  constructor(write: WriteLine, { lines = textLines, level = "info" }: ServerLogOptions = {}) {
    this.#write = write;
    this.#lines = lines;
    this.#lowest = LOG_LEVELS.indexOf(level);
  }

  line(level: LogLevel, event: string, fields: LogFields): void {
    if (this.#writes(level)) {
      this.#write(this.#lines(level, event, fields));
    }
  }

  /** Of errors that are not ours only their name and place are written: their messages may hold anything. */
  error(event: string, error: unknown, fields: LogFields = {}): void {
    this.line("error", event, { ...fields, ...errorFields(error) });
  }

  /** Writes what the server tells. What comes with every connection and every call is written at "debug". */
  follow(server: AccountServer): void {
    this.#followAccounts(server);
    this.#followConnections(server);
    this.#followCalls(server);
  }

  #followAccounts({ rpc, accounts }: AccountServer): void {
    for (const kind of AUDIT_KINDS) {
      accounts.on(kind, (event) => this.line(FAILURES.has(kind) ? "warning" : "info", kind, auditFields(event)));
    }
    accounts.on("store", (outage) => {
      if (outage === undefined) {
        this.#few("info", "database_back", {});
      } else {
        this.#few("error", "database_away", errorFields(outage));
      }
    });
    accounts.on("node", ({ node, outage }) => {
      if (outage === undefined) {
        this.#few("info", "database_node_up", { node });
      } else {
        this.#few("warning", "database_node_down", { node, ...errorFields(outage) });
      }
    });
    accounts.on("error", (error) => this.#few("error", "store_error", errorFields(error)));
    rpc.on("error", (error, { connectionId: connection, method }) =>
      this.#few("error", "internal_error", { connection, method, ...errorFields(error) }),
    );
  }

  #followConnections({ rpc }: AccountServer): void {
    rpc.on("refused", ({ address, reason }) => this.#few("warning", "refused", { address, ...errorFields(reason) }));
    rpc.on("connection", ({ id: connection, address, port, protocol, cipher }) =>
      this.line("debug", "connection", { connection, address, port, protocol, cipher }),
    );
    rpc.on("connectionEnd", ({ id: connection, address }, reason) => {
      if (reason === undefined) {
        this.line("debug", "connection_ended", { connection, address });
        return;
      }
      this.#few("warning", "connection_ended", { connection, address, ...errorFields(reason) });
    });
  }

  #followCalls({ rpc }: AccountServer): void {
    // Ends of calls do not tell the address.
    const addresses = new Map<number, string>();
    rpc.on("connection", ({ id, address }) => addresses.set(id, address));
    rpc.on("connectionEnd", ({ id }) => addresses.delete(id));
    rpc.on("callEnd", (call) => {
      const fields = { ...callFields(call), address: addresses.get(call.connectionId) };
      if (BAD_ENDS.has(call.code)) {
        this.#few("warning", "call", fields);
      } else {
        this.line("debug", "call", fields);
      }
    });
  }

  /** The first few of a second, and how many more there were. */
  #few(level: LogLevel, event: string, fields: LogFields): void {
    if (this.#writes(level) && this.#budget(event).take()) {
      this.line(level, event, fields);
    }
  }

  #budget(event: string): LineBudget {
    const known = this.#budgets.get(event);
    if (known !== undefined) {
      return known;
    }
    const onLeftOut = (count: number): void => this.line("warning", `more_${event}`, { count });
    const budget = new LineBudget({ maxLines: MAX_LINES, windowMs: WINDOW_MS, onLeftOut });
    this.#budgets.set(event, budget);
    return budget;
  }

  #writes(level: LogLevel): boolean {
    return LOG_LEVELS.indexOf(level) >= this.#lowest;
  }
}

function auditFields({ accountId, username, address, connectionId: connection }: AuditEvent): LogFields {
  const account = accountId === undefined ? undefined : Buffer.from(accountId).toString("hex");
  return { username, account, address: address === "" ? undefined : address, connection };
}

function callFields({ connectionId: connection, method, code, durationMs }: CallEndEvent): LogFields {
  return { connection, method, code: statusName(code), duration_ms: Math.round(durationMs * 1_000) / 1_000 };
}

function errorFields(error: unknown): LogFields {
  if (error instanceof StoreError) {
    return { code: error.code, message: error.message };
  }
  if (error instanceof RpcError) {
    return { code: error.reason ?? error.codeName, message: error.message };
  }
  return error instanceof Error ? { message: error.name, at: error.stack?.split("\n").find(isFrame)?.trim() } : {};
}

function isFrame(line: string): boolean {
  return line.trimStart().startsWith("at ");
}
