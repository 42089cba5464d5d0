// Accounts as typed calls: one connection, four calls, and every failure a ClientError.
import { randomBytes } from "node:crypto";
import {
  AccountServiceDefinition,
  type WhoAmIResponse,
  type Account as WireAccount,
} from "../gen/earshot/accounts/v1/accounts.js";
import { type ClientTls, type Connection, connect, RpcError, type ServiceClient } from "../rpc/index.js";
import { ClientError } from "./client-error.js";
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

export interface Account {
  /** 32 hex digits. */
  readonly accountId: string;
  readonly username: string;
  readonly createdAt: Date;
}

export interface Session {
  readonly account: Account;
  /** Whoever has it is the user: keep it as a password. */
  readonly token: string;
  /** The session ends then at the latest. */
  readonly expiresAt: Date;
}

export interface SessionOwner {
  readonly account: Account;
  readonly sessionCreatedAt: Date;
  readonly expiresAt: Date;
}

export interface Credentials {
  readonly username: string;
  readonly password: string;
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
    if (!TOKEN.test(response.sessionToken)) throw badAnswer("session token");
    const account = accountOf(response.account);
    return { account, token: response.sessionToken, expiresAt: dateOf(response.expiresAtMs) };
  }

  async whoAmI(token: string): Promise<SessionOwner> {
    const response: WhoAmIResponse = await this.#call({ token }, (accounts, call) => accounts.whoAmI({}, call));
    return {
      account: accountOf(response.account),
      sessionCreatedAt: dateOf(response.sessionCreatedAtMs),
      expiresAt: dateOf(response.sessionExpiresAtMs),
    };
  }

  async logout(token: string): Promise<void> {
    await this.#call({ token }, (accounts, call) => accounts.logout({}, call));
  }

  /** Ends the connection, and resolves when it is gone; the client cannot be used any more. */
  async close(): Promise<void> {
    await this.#connection.close();
  }

  #call<T>(
    who: { username?: string; token?: string },
    run: (accounts: Accounts, call: Call) => Promise<T>,
  ): Promise<T> {
    const { timeoutMs = DEFAULT_TIMEOUT_MS, signal } = this.#options;
    const metadata = who.token === undefined ? undefined : { authorization: `Bearer ${who.token}` };
    const subject = { server: this.#server, username: who.username, withSession: who.token !== undefined };
    return translated(subject, () => run(this.#accounts(), { timeoutMs, signal, metadata }));
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
interface Call {
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  readonly metadata: { readonly authorization: string } | undefined;
}

// Visible ASCII: anything else could not go into a header, or would garble a terminal.
const TOKEN = /^[\x21-\x7e]{16,512}$/;
const ACCOUNT_ID_BYTES = 16;

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

function accountOf(account: WireAccount | undefined): Account {
  if (account?.accountId.length !== ACCOUNT_ID_BYTES || account.username === "") throw badAnswer("account");
  return {
    accountId: Buffer.from(account.accountId).toString("hex"),
    username: account.username,
    createdAt: dateOf(account.createdAtMs),
  };
}

const MAX_DATE_MS = 8_640_000_000_000_000n;

function dateOf(ms: bigint): Date {
  if (ms > MAX_DATE_MS) throw badAnswer("time");
  return new Date(Number(ms));
}

function badAnswer(what: string): ClientError {
  return new ClientError("bad_answer", `The server's answer holds no usable ${what}; client and server may not fit.`);
}
