// Accounts as typed calls: one connection, a method for each call, and every failure a ClientError.
import { randomBytes } from "node:crypto";
import { AccountServiceDefinition } from "../gen/earshot/accounts/v1/accounts.js";
import type { ServiceClient } from "../rpc/index.js";
import {
  type Account,
  accountOf,
  type Credentials,
  type ExportPart,
  eventOf,
  exportPartOf,
  type ListedSession,
  listedSessionOf,
  ownerOf,
  type PasswordReset,
  type SecurityEvent,
  type Session,
  type SessionOwner,
  sessionIdBytes,
  sessionOf,
} from "./account-values.js";
import { type AccountClientOptions, type Call, CallLine, type Who } from "./call-line.js";
import { OpaqueAccounts, type OpaqueOptions } from "./opaque/opaque-accounts.js";

export interface PasswordChange {
  readonly currentPassword: string;
  readonly newPassword: string;
}

const REQUEST_ID_BYTES = 16;

/** Its own methods send passwords to the server; those of `opaque()` do not. */
export class AccountClient {
  readonly #line: CallLine;

  /** Connects and verifies the server. Throws ClientError, among them "not_connected" and "server_not_trusted". */
  static async connect(options: AccountClientOptions): Promise<AccountClient> {
    return new AccountClient(await CallLine.open(options));
  }

  private constructor(line: CallLine) {
    this.#line = line;
  }

  /** The same by OPAQUE, for accounts whose password never leaves this process. They share the connection. */
  opaque(options: OpaqueOptions = {}): OpaqueAccounts {
    return new OpaqueAccounts(this.#line, options);
  }

  /** Makes an account. Repeats once, under the same request id, when it cannot know whether the server made it. */
  async register({ username, password }: Credentials): Promise<Account> {
    const request = { username, password, requestId: randomBytes(REQUEST_ID_BYTES) };
    const response = await this.#line.callTwice(AccountServiceDefinition, { username }, (accounts, call) =>
      accounts.register(request, call),
    );
    return accountOf(response.account);
  }

  async login({ username, password }: Credentials): Promise<Session> {
    const response = await this.#call({ username }, (accounts, call) => accounts.login({ username, password }, call));
    return sessionOf(response);
  }

  async whoAmI(token: string): Promise<SessionOwner> {
    return ownerOf(await this.#call({ token }, (accounts, call) => accounts.whoAmI({}, call)));
  }

  async logout(token: string): Promise<void> {
    await this.#call({ token }, (accounts, call) => accounts.logout({}, call));
  }

  /** The sessions that are open, the newest first. */
  async listSessions(token: string): Promise<ListedSession[]> {
    const { sessions } = await this.#call({ token }, (accounts, call) => accounts.listSessions({}, call));
    return sessions.map(listedSessionOf);
  }

  /** `sessionId` as `listSessions` gives it. Throws ClientError "no_such_session" among others. */
  async revokeSession(token: string, sessionId: string): Promise<void> {
    const request = { sessionId: sessionIdBytes(sessionId) };
    await this.#call({ token }, (accounts, call) => accounts.revokeSession(request, call));
  }

  /** With `keepCurrent`, all sessions but this one. */
  async logoutEverywhere(token: string, { keepCurrent = false }: { keepCurrent?: boolean } = {}): Promise<void> {
    await this.#call({ token }, (accounts, call) => accounts.logoutEverywhere({ keepCurrent }, call));
  }

  /** Ends all other sessions. Throws ClientError "wrong_password" among others. */
  async changePassword(token: string, { currentPassword, newPassword }: PasswordChange): Promise<void> {
    const request = { currentPassword, newPassword };
    await this.#call({ token }, (accounts, call) => accounts.changePassword(request, call));
  }

  /** Exchanges a code that an administrator gave out; ends all sessions. Throws ClientError "bad_code" among others. */
  async resetPassword({ username, code, newPassword }: PasswordReset): Promise<void> {
    const request = { username, code, newPassword };
    await this.#call({ username, withCode: true }, (accounts, call) => accounts.resetPassword(request, call));
  }

  /** For ever. Throws ClientError "wrong_password" among others. */
  async deleteAccount(token: string, password: string): Promise<void> {
    await this.#call({ token }, (accounts, call) => accounts.deleteAccount({ password }, call));
  }

  /** All that is stored of the account, but for hashes. Leaving the loop ends it. */
  async *exportAccount(token: string): AsyncGenerator<ExportPart> {
    for await (const response of this.#stream({ token }, (accounts, call) => accounts.exportAccount({}, call))) {
      const part = exportPartOf(response);
      if (part !== undefined) yield part;
    }
  }

  /**
   * What happens to the account, from `since` or from now on, for as long as the session and the server last. To go on after
   * a failure, begin some seconds before the last event, and leave out those whose ids are known.
   */
  async *watch(token: string, { since }: { since?: Date } = {}): AsyncGenerator<SecurityEvent> {
    const sinceMs = since === undefined ? 0n : BigInt(Math.max(1, Math.trunc(since.getTime())));
    for await (const { event } of this.#stream({ token }, (accounts, call) => accounts.watch({ sinceMs }, call))) {
      yield eventOf(event);
    }
  }

  /** Ends the connection, and resolves when it is gone; the client cannot be used any more. */
  async close(): Promise<void> {
    await this.#line.close();
  }

  #call<T>(who: Who, run: (accounts: Accounts, call: Call) => Promise<T>): Promise<T> {
    return this.#line.call(AccountServiceDefinition, who, run);
  }

  #stream<T>(who: Who, run: (accounts: Accounts, call: Call) => AsyncIterable<T>): AsyncGenerator<T> {
    return this.#line.stream(AccountServiceDefinition, who, run);
  }
}

type Accounts = ServiceClient<typeof AccountServiceDefinition>;
