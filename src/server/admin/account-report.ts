// Accounts as tables of at most 80 columns, and as JSON for programs.

import { isOpaqueRecord } from "../opaque/opaque-record.js";
import { printableText } from "../printable-text.js";
import type { AccountRecord } from "../store/account-store.js";
import type { SessionTimes } from "../store/session-store.js";
import type { AccountDescription } from "./administration.js";

const NEVER = "-";
const MAX_ADDRESS = 42;

/** A line for each, under a heading. The longest name, of 32 characters, makes lines of 80. */
export function accountTable(accounts: readonly AccountRecord[]): string {
  const nameWidth = Math.max(4, ...accounts.map(({ username }) => username.length));
  const row = (name: string, created: string, last: string, logins: string, state: string): string =>
    `${name.padEnd(nameWidth)}  ${created.padEnd(10)}  ${last.padEnd(16)}  ${logins.padStart(6)}  ${state}\n`;
  const rows = accounts.map(({ username, createdAtMs, lastLoginAtMs, loginCount, disabledAtMs }) => {
    const name = printableText(username, nameWidth);
    const last = lastLoginAtMs === undefined ? NEVER : minute(lastLoginAtMs);
    const state = disabledAtMs === undefined ? "active" : "disabled";
    return row(name, minute(createdAtMs).slice(0, 10), last, String(loginCount), state);
  });
  return row("NAME", "CREATED", "LAST LOGIN (UTC)", "LOGINS", "STATE") + rows.join("");
}

export function descriptionText({ account, sessions, resetCode }: AccountDescription): string {
  const { username, accountId, createdAtMs, disabledAtMs, loginCount, lastLoginAtMs, passwordVersion } = account;
  const changes = passwordVersion - 1;
  const way = isOpaqueRecord(account.passwordHash) ? "by OPAQUE, " : "";
  const lines: readonly [string, string][] = [
    ["name", printableText(username, MAX_ADDRESS)],
    ["account", hex(accountId)],
    ["created", `${minute(createdAtMs)} UTC`],
    ["state", disabledAtMs === undefined ? "active" : `disabled since ${minute(disabledAtMs)} UTC`],
    ["logins", lastLoginAtMs === undefined ? "none yet" : `${loginCount}, the last ${minute(lastLoginAtMs)} UTC`],
    [
      "password",
      `${way}${changes === 0 ? "as at registration" : `changed ${changes} time${changes === 1 ? "" : "s"}`}`,
    ],
    ["reset code", resetCode === undefined ? "none" : codeText(resetCode)],
    ["sessions", String(sessions.length)],
  ];
  return lines.map(([key, value]) => `${key.padEnd(10)}  ${value}\n`).join("") + sessionTable(sessions);
}

export function accountJson(account: AccountRecord): Record<string, unknown> {
  return {
    username: account.username,
    account_id: hex(account.accountId),
    scheme: isOpaqueRecord(account.passwordHash) ? "opaque" : "password",
    created_at: iso(account.createdAtMs),
    disabled_at: isoOrNull(account.disabledAtMs),
    login_count: account.loginCount,
    last_login_at: isoOrNull(account.lastLoginAtMs),
  };
}

export function descriptionJson({ account, sessions, resetCode }: AccountDescription): Record<string, unknown> {
  const sessionJson = ({ sessionId, createdAtMs, lastUsedAtMs, expiresAtMs, address }: SessionTimes) => ({
    session_id: hex(sessionId),
    created_at: iso(createdAtMs),
    last_used_at: iso(lastUsedAtMs),
    expires_at: iso(expiresAtMs),
    address,
  });
  const code = resetCode && { expires_at: iso(resetCode.expiresAtMs) };
  return {
    ...accountJson(account),
    password_changes: account.passwordVersion - 1,
    reset_code: code ?? null,
    sessions: sessions.map(sessionJson),
  };
}

/** To the minute, in UTC. */
export function minute(atMs: number): string {
  return iso(atMs).slice(0, 16).replace("T", " ");
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

/** A database can hold any number; Date cannot. */
export function iso(atMs: number): string {
  const date = new Date(atMs);
  return Number.isNaN(date.getTime()) ? "a time out of range" : date.toISOString();
}

function isoOrNull(atMs: number | undefined): string | null {
  return atMs === undefined ? null : iso(atMs);
}

function sessionTable(sessions: readonly SessionTimes[]): string {
  if (sessions.length === 0) {
    return "";
  }
  const rows = sessions.map(
    ({ createdAtMs, lastUsedAtMs, address }) =>
      `  ${minute(createdAtMs)}  ${minute(lastUsedAtMs)}  ${printableText(address, MAX_ADDRESS)}\n`,
  );
  return `\n  ${"OPENED (UTC)".padEnd(16)}  ${"LAST USED".padEnd(16)}  FROM\n${rows.join("")}`;
}

function codeText({ expiresAtMs }: { readonly expiresAtMs: number }): string {
  return `good until ${minute(expiresAtMs)} UTC`;
}
