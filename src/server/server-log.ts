// The log on stderr: one line an event, `TIME LEVEL EVENT key=value …`, and never a secret.

import { RpcError } from "../rpc/index.js";
import type { AccountServer } from "./account-server.js";
import type { AuditEvent, AuditKind } from "./audit-event.js";
import { LineBudget } from "./line-budget.js";
import { StoreError } from "./store/store-error.js";

export type LogLevel = "info" | "warning" | "error";
export type LogFields = Readonly<Record<string, string | number | undefined>>;
export type WriteLine = (line: string) => void;

const KINDS: readonly AuditKind[] = ["registered", "login", "login_failed", "logout"];
/** Of what anyone who can connect causes as often as they like. */
const MAX_LINES = 10;
const WINDOW_MS = 1_000;
const PLAIN_VALUE = /^[A-Za-z0-9._:/@+-]+$/;

export class ServerLog {
  readonly #write: WriteLine;

  constructor(write: WriteLine) {
    this.#write = write;
  }

  /** Values that hold anything but plain characters are quoted, so that nobody writes lines of their own into the log. */
  line(level: LogLevel, event: string, fields: LogFields): void {
    const pairs = Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => ` ${key}=${quoted(String(value))}`);
    this.#write(`${new Date().toISOString()} ${level} ${event}${pairs.join("")}\n`);
  }

  /** Of errors that are not ours only their name and place are written: their messages may hold anything. */
  error(event: string, error: unknown, fields: LogFields = {}): void {
    this.line("error", event, { ...fields, ...errorFields(error) });
  }

  /** Writes what the server tells. Connections that come and go are not written, only those that end in an error, and of those a few a second. */
  follow({ rpc, accounts }: AccountServer): void {
    for (const kind of KINDS) {
      accounts.on(kind, (event) => this.line(kind === "login_failed" ? "warning" : "info", kind, auditFields(event)));
    }
    accounts.on("error", (error) => this.error("store_error", error));
    rpc.on("error", (error, { method }) => this.error("internal_error", error, { method }));
    const refused = this.#budget("refused");
    rpc.on("refused", ({ address, reason }) => this.#warn(refused, "refused", address, reason));
    const ended = this.#budget("connection_ended");
    rpc.on("connectionEnd", ({ address }, reason) => {
      if (reason !== undefined) {
        this.#warn(ended, "connection_ended", address, reason);
      }
    });
  }

  #budget(event: string): LineBudget {
    const onLeftOut = (count: number): void => this.line("warning", `more_${event}`, { count });
    return new LineBudget({ maxLines: MAX_LINES, windowMs: WINDOW_MS, onLeftOut });
  }

  #warn(budget: LineBudget, event: string, address: string, reason: RpcError): void {
    if (budget.take()) {
      this.line("warning", event, { address, ...errorFields(reason) });
    }
  }
}

function auditFields({ accountId, username, address }: AuditEvent): LogFields {
  return { username, account: accountId === undefined ? undefined : Buffer.from(accountId).toString("hex"), address };
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

function quoted(value: string): string {
  return PLAIN_VALUE.test(value) ? value : JSON.stringify(value).replace(/[\u007f-\u009f\u2028\u2029]/g, "?");
}
