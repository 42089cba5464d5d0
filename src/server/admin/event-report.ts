// Audit events as lines of at most 80 columns, and as JSON for programs.

import { isAdministrative, type StoredAuditEvent } from "../audit-event.js";
import { printableText } from "../printable-text.js";
import { hex, iso } from "./account-report.js";

const COLUMNS = 80;
const KIND_WIDTH = 21;
const MAX_NAME = 34;
const MAX_ADDRESS = 64;

export const EVENT_HEADING = `${"TIME (UTC)".padEnd(19)}  ${"EVENT".padEnd(KIND_WIDTH)}  ACCOUNT, FROM\n`;

/** One line; two where it would be longer than 80. */
export function eventText(event: StoredAuditEvent): string {
  const time = iso(event.atMs).slice(0, 19).replace("T", " ");
  const begin = `${time}  ${printableText(event.kind, KIND_WIDTH).padEnd(KIND_WIDTH)}  `;
  const name = accountOf(event);
  const from = isAdministrative(event) ? "by an administrator" : printableText(event.address, MAX_ADDRESS);
  if (from === "") {
    return `${begin}${name}\n`;
  }
  const line = `${begin}${name}  ${from}`;
  return line.length <= COLUMNS ? `${line}\n` : `${begin}${name}\n${from.padStart(COLUMNS)}\n`;
}

export function eventJson(event: StoredAuditEvent): Record<string, unknown> {
  const { eventId, kind, atMs, accountId, username, address, sessionId } = event;
  const byAdministrator = isAdministrative(event);
  return {
    event_id: hex(eventId),
    kind,
    at: iso(atMs),
    account_id: accountId === undefined ? null : hex(accountId),
    username: username ?? null,
    address: byAdministrator ? "" : address,
    session_id: sessionId === undefined ? null : hex(sessionId),
    by_administrator: byAdministrator,
  };
}

/** Deleted accounts have no name any more, and names that no account has are not stored. */
function accountOf({ username, accountId }: StoredAuditEvent): string {
  if (username !== undefined) {
    return printableText(username, MAX_NAME);
  }
  return accountId === undefined ? "(no such account)" : hex(accountId);
}
