// Accounts as typed calls: one connection, a method for each call, and every failure a ClientError.
import { randomBytes } from "node:crypto";
import { AccountServiceDefinition } from "../gen/earshot/accounts/v1/accounts.js";
import { type ClientTls, type Connection, connect, RpcError, type ServiceClient } from "../rpc/index.js";
import {
  type Account,
  accountOf,
  type ExportPart,
  eventOf,
  exportPartOf,
  type ListedSession,
  listedSessionOf,
  ownerOf,
  type SecurityEvent,
  type Session,
  type SessionOwner,
  sessionIdBytes,
  sessionOf,
} from "./account-values.js";
import { type CallSubject, translateError } from "./error-translation.js";
import { serverAddress } from "./server-address.js";

export interface AccountClientOptions {
  /** Name or address, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  /** How the server is trusted; without it the authorities that Node ships decide. */
  readonly tls?: ClientTls | undefined;
  /** No TLS at all: everyone on the way reads the password. For demonstrations. */
  readonly plaintext?: true | undefined;
  /** For the connection, and again for each call. Default 10 seconds. */
  readonly timeoutMs?: number | undefined;
  /** Aborting it ends whatever is under way with ClientError "interrupted". */
  readonly signal?: AbortSignal | undefined;
}

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

export interface PasswordChange {
  readonly currentPassword: string;
  readonly newPassword: string;
}

export interface PasswordReset {
  readonly username: string;
  /** As it was given out, however it was typed. */
  readonly code: string;
  readonly newPassword: string;
}

const DEFAULT_TIMEOUT_MS = 10_000;
const REQUEST_ID_BYTES = 16;

export class AccountClient {
  readonly #options: AccountClientOptions;
  readonly #server: string;
  #connection: Connection;

  /** Connects and verifies the server. Throws ClientError, among them "not_connected" and "server_not_trusted". */
  static async connect(options: AccountClientOptions): Promise<AccountClient> {
    const server = serverAddress(options.host, options.port).text;
    return new AccountClient(options, server, await translated({ server }, () => open(options)));
  }

  private constructor(options: AccountClientOptions, server: string, connection: Connection) {
    this.#options = options;
    this.#server = server;
    this.#connection = connection;
  }

  /** Makes an account. Repeats once, under the same request id, when it cannot know whether the server made it. */
  async register({ username, password }: Credentials): Promise<Account> {
    const request = { username, password, requestId: randomBytes(REQUEST_ID_BYTES) };
    const response = await this.#call({ username }, async (accounts, call) => {
      try {
        return await accounts.register(request, call);
      } catch (error) {
        if (!isWorthRepeating(error)) throw error;
        return (await this.#reconnect()).register(request, call);
      }
    });
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
    await this.#connection.close();
  }

  #call<T>(who: Who, run: (accounts: Accounts, call: Call) => Promise<T>): Promise<T> {
    const { timeoutMs = DEFAULT_TIMEOUT_MS } = this.#options;
    return translated(this.#subject(who), () => run(this.#accounts(), { timeoutMs, ...this.#carried(who) }));
  }

  /** Streams last as long as they last; that the server still lives is what pings are for. */
  async *#stream<T>(who: Who, run: (accounts: Accounts, call: Call) => AsyncIterable<T>): AsyncGenerator<T> {
    try {
      yield* run(this.#accounts(), { timeoutMs: undefined, ...this.#carried(who) });
    } catch (error) {
      throw translateError(error, this.#subject(who));
    }
  }

  #carried({ token }: Who): Omit<Call, "timeoutMs"> {
    const metadata = token === undefined ? undefined : { authorization: `Bearer ${token}` };
    return { signal: this.#options.signal, metadata };
  }

  #subject({ username, token, withCode }: Who): CallSubject {
    return { server: this.#server, username, withSession: token !== undefined, withCode };
  }

  async #reconnect(): Promise<Accounts> {
    await this.#connection.close({ graceMs: 0 });
    this.#connection = await open(this.#options);
    return this.#accounts();
  }

  #accounts(): Accounts {
    return this.#connection.client(AccountServiceDefinition);
  }
}

type Accounts = ServiceClient<typeof AccountServiceDefinition>;
interface Who {
  readonly username?: string;
  readonly token?: string;
  readonly withCode?: true;
}
interface Call {
  readonly timeoutMs: number | undefined;
  readonly signal: AbortSignal | undefined;
  readonly metadata: { readonly authorization: string } | undefined;
}

function open({ host, port, tls, plaintext, timeoutMs = DEFAULT_TIMEOUT_MS, signal }: AccountClientOptions) {
  const security = plaintext === true ? { plaintext } : { tls: tls ?? {} };
  return connect({ host, port, connectTimeoutMs: timeoutMs, signal, ...security });
}

async function translated<T>(subject: CallSubject, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw translateError(error, subject);
  }
}

/** After a deadline the caller's time is up; after a cancel nobody waits for the answer. */
function isWorthRepeating(error: unknown): boolean {
  const isOpen = error instanceof RpcError && error.delivery === "unknown";
  return isOpen && error.reason !== "deadline" && error.reason !== "cancelled";
}
