// What each `server admin` command does and says.

import { CommandError } from "../command-error.js";
import type { WriteOut } from "../command-output.js";
import { printableText } from "../printable-text.js";
import type { AccountStore } from "../store/account-store.js";
import { normalizeUsername } from "../username.js";
import { accountJson, accountTable, descriptionJson, descriptionText, minute } from "./account-report.js";
import { Administration } from "./administration.js";
import { AuditTrail } from "./audit-trail.js";
import { type Asking, isConfirmed } from "./confirmation.js";
import { EVENT_HEADING, eventJson, eventText } from "./event-report.js";

export interface AdminSurroundings extends Asking {
  readonly write: WriteOut;
}

export interface AdminWork extends AdminSurroundings {
  readonly store: AccountStore;
}

export interface UsersOptions {
  readonly after?: string;
  readonly limit: number;
  readonly json?: true;
}

export interface AuditOptions {
  readonly follow?: true;
  /** Milliseconds since 1970. */
  readonly since?: number;
  readonly user?: string;
  readonly json?: true;
}

const MAX_SHOWN = 200;

export async function showUsers(
  { store, write, output }: AdminWork,
  { after = "", limit, json }: UsersOptions,
): Promise<void> {
  const accounts = [];
  // One more than is shown, to know whether there is more.
  for await (const account of new Administration(store).accounts(normalizeUsername(after), limit + 1)) {
    accounts.push(account);
  }
  const shown = accounts.slice(0, limit);
  await write(json ? shown.map((account) => line(accountJson(account))).join("") : accountTable(shown));
  const last = shown.at(-1)?.username;
  if (last !== undefined && accounts.length > limit) {
    output.write(`There are more: server admin users --after ${printableText(last, MAX_SHOWN)}\n`);
  }
}

export async function show({ store, write }: AdminWork, name: string, { json }: { json?: true }): Promise<void> {
  const description = await new Administration(store).describe(name);
  await write(json ? line(descriptionJson(description)) : descriptionText(description));
}

export async function disable({ store, write }: AdminWork, name: string): Promise<void> {
  const { account, isNew } = await new Administration(store).disable(name);
  const { username, disabledAtMs } = account;
  const since = disabledAtMs === undefined ? "" : `, since ${minute(disabledAtMs)} UTC`;
  await write(
    isNew
      ? `${username} is disabled: no session is left, and nobody can log in. To undo: server admin enable ${username}\n`
      : `${username} was disabled already${since}.\n`,
  );
}

export async function enable({ store, write }: AdminWork, name: string): Promise<void> {
  const { account, isNew } = await new Administration(store).enable(name);
  await write(isNew ? `${account.username} can log in again.\n` : `${account.username} was not disabled.\n`);
}

export async function deleteAccount(work: AdminWork, name: string, { yes }: { yes?: true }): Promise<void> {
  const administration = new Administration(work.store);
  const account = await administration.account(name);
  const { username } = account;
  const question = `This deletes ${username}, its sessions and its audit events, for ever.\nType the name to go on: `;
  if (yes !== true && !(await isConfirmed(question, username, work))) {
    throw new CommandError("failed", `nothing was done: ${username} is still there`);
  }
  await administration.delete(account);
  await work.write(`${username} is deleted.\n`);
}

export async function reset({ store, write }: AdminWork, name: string): Promise<void> {
  const { account, code, expiresAtMs } = await new Administration(store).reset(name);
  await write(`${code}\n
Give this code to the owner of ${account.username}, who sets a new password with it:
  client reset-password ${account.username}
It is shown only now, works once, until ${minute(expiresAtMs)} UTC, and takes the place of
earlier codes. Until then the old password works; afterwards all sessions are ended.
`);
}

export async function showAudit(work: AdminWork, options: AuditOptions): Promise<void> {
  const { store, write, output } = work;
  const account = options.user === undefined ? undefined : await new Administration(store).account(options.user);
  const sinceMs = options.since ?? (options.follow ? Date.now() : 0);
  const trail = new AuditTrail(store, { sinceMs, accountId: account?.accountId });
  const interrupted = new AbortController();
  const events = options.follow
    ? trail.follow({
        signal: untilInterrupted(interrupted),
        onOutage: (error) => output.write(`${error?.message ?? "the database answers again"}\n`),
      })
    : trail.events();
  if (options.json !== true && !(await write(EVENT_HEADING))) {
    return;
  }
  for await (const event of events) {
    if (!(await write(options.json ? line(eventJson(event)) : eventText(event)))) {
      return;
    }
  }
}

function untilInterrupted(controller: AbortController): AbortSignal {
  const end = (): void => controller.abort();
  process.once("SIGINT", end);
  process.once("SIGTERM", end);
  return controller.signal;
}

function line(value: Record<string, unknown>): string {
  return `${JSON.stringify(value)}\n`;
}
