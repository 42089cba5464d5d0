// What an administrator does to accounts, on the database itself; each change leaves its audit event.

import { ADMINISTRATOR, administrativeEvent, deletionEvent } from "../audit-event.js";
import { CommandError } from "../command-error.js";
import { printableText } from "../printable-text.js";
import { createResetCode } from "../reset-code.js";
import { ACCOUNTS_PER_PAGE, type AccountRecord, type AccountStore } from "../store/account-store.js";
import type { ResetCodeRecord } from "../store/reset-code-store.js";
import type { SessionTimes } from "../store/session-store.js";
import { normalizeUsername, usernameRefusal } from "../username.js";

export interface AccountDescription {
  readonly account: AccountRecord;
  /** Those that have not expired, the newest first. */
  readonly sessions: readonly SessionTimes[];
  /** Undefined when there is none that is good for anything. */
  readonly resetCode: ResetCodeRecord | undefined;
}

/** What became of a change. `isNew` is false when it had been made before. */
export interface Change {
  readonly account: AccountRecord;
  readonly isNew: boolean;
}

const MAX_SHOWN_NAME = 64;

export class Administration {
  readonly #store: AccountStore;
  readonly #now: () => number;

  /** `now` in milliseconds since 1970. */
  constructor(store: AccountStore, now: () => number = Date.now) {
    this.#store = store;
    this.#now = now;
  }

  /** At most `limit` accounts in the order of their names, from after that name on. */
  async *accounts(after: string, limit: number): AsyncGenerator<AccountRecord> {
    let last = after;
    for (let left = limit; left > 0; ) {
      const page = (await this.#store.listAccounts(last)).slice(0, left);
      yield* page;
      left -= page.length;
      last = page.at(-1)?.username ?? last;
      if (page.length < ACCOUNTS_PER_PAGE) {
        return;
      }
    }
  }

  /** @throws CommandError when there is none */
  async account(typed: string): Promise<AccountRecord> {
    const username = normalizeUsername(typed);
    const refusal = usernameRefusal(username);
    const account = refusal === undefined ? await this.#store.findAccount(username) : undefined;
    if (account === undefined) {
      const name = JSON.stringify(printableText(typed, MAX_SHOWN_NAME));
      const why = refusal === undefined ? "" : ` (${refusal.description})`;
      throw new CommandError("failed", `there is no account ${name}${why}; all names: server admin users`);
    }
    return account;
  }

  /** @throws CommandError when there is none */
  async describe(name: string): Promise<AccountDescription> {
    const account = await this.account(name);
    const nowMs = this.#now();
    const sessions = await this.#store.listSessions(account.accountId);
    const code = await this.#store.findResetCode(account.accountId);
    return {
      account,
      sessions: sessions.filter(({ expiresAtMs }) => nowMs < expiresAtMs),
      resetCode: code !== undefined && nowMs < code.expiresAtMs ? code : undefined,
    };
  }

  /** Ends all its sessions. @throws CommandError when there is none */
  async disable(name: string): Promise<Change> {
    const account = await this.account(name);
    const atMs = this.#now();
    const event = administrativeEvent("disabled", account, atMs);
    const isNew = await this.#store.disableAccount(account.accountId, atMs, event);
    return { account: isNew ? { ...account, disabledAtMs: atMs } : await this.account(name), isNew };
  }

  /** @throws CommandError when there is none */
  async enable(name: string): Promise<Change> {
    const account = await this.account(name);
    const event = administrativeEvent("enabled", account, this.#now());
    const isNew = await this.#store.enableAccount(account.accountId, event);
    return { account: isNew ? { ...account, disabledAtMs: undefined } : await this.account(name), isNew };
  }

  /** For ever. `account` is the one that was asked about, which is not another one that has its name by now. @throws CommandError */
  async delete({ accountId, username }: AccountRecord): Promise<void> {
    const event = deletionEvent(accountId, this.#now(), ADMINISTRATOR);
    if (!(await this.#store.deleteAccount(accountId, event))) {
      throw new CommandError("failed", `the account ${JSON.stringify(username)} was deleted meanwhile`);
    }
  }

  /** A code that exchanges for a new password, in the place of an earlier one. @throws CommandError when there is no such account */
  async reset(name: string): Promise<{ account: AccountRecord; code: string; expiresAtMs: number }> {
    const account = await this.account(name);
    const nowMs = this.#now();
    const { code, record } = createResetCode(account.accountId, nowMs);
    const event = administrativeEvent("reset_code_issued", account, nowMs);
    if (!(await this.#store.issueResetCode(record, event))) {
      throw new CommandError("failed", `the account ${JSON.stringify(account.username)} was deleted meanwhile`);
    }
    return { account, code, expiresAtMs: record.expiresAtMs };
  }
}
