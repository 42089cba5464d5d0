// Runs one command: decides on trust, gets the password, makes the call, keeps or forgets the session.
import { AccountClient } from "./account-client.js";
import type { Account, Session } from "./account-values.js";
import { type Answer, accountFields, minuteOf } from "./answer.js";
import { ClientError } from "./client-error.js";
import type { AccountInvocation } from "./invocation.js";
import { askPassword, checkNewPassword, readPasswordLine } from "./password.js";
import { ServerLink, type Surroundings } from "./server-link.js";
import type { Transport } from "./server-trust.js";
import type { SavedSession } from "./session-file.js";
import type { Terminal } from "./terminal.js";

/** The answer to show. Throws ClientError. */
export async function runCommand(invocation: AccountInvocation, surroundings: Surroundings): Promise<Answer> {
  const run = new CommandRun(invocation, surroundings);
  try {
    return await run[invocation.command]();
  } catch (error) {
    if (error instanceof ClientError && error.code === "server_identity_changed") run.link.showBanner();
    throw error;
  } finally {
    run.link.close();
  }
}

class CommandRun {
  readonly link: ServerLink;
  readonly #invocation: AccountInvocation;
  readonly #surroundings: Surroundings;

  constructor(invocation: AccountInvocation, surroundings: Surroundings) {
    this.link = new ServerLink(invocation.flags, surroundings);
    this.#invocation = invocation;
    this.#surroundings = surroundings;
  }

  async register(): Promise<Answer> {
    const account = await this.#withPassword(true, (client, credentials) => client.register(credentials));
    const text = [`Registered ${account.username}. Next: client login ${account.username}`];
    return { text, fields: { ...accountFields(account), created_at: account.createdAt.toISOString() } };
  }

  async login(): Promise<Answer> {
    const session = await this.#withPassword(false, async (client, credentials) => {
      const opened = await client.login(credentials);
      await this.#keep(opened, client);
      return opened;
    });
    const { account, expiresAt, token } = session;
    const shown = this.#invocation.flags.printToken === true;
    return {
      text: [`Logged in as ${account.username} until ${minuteOf(expiresAt)}.`, ...(shown ? [token] : [])],
      fields: {
        ...accountFields(account),
        expires_at: expiresAt.toISOString(),
        ...(shown ? { session_token: token } : {}),
      },
    };
  }

  async whoami(): Promise<Answer> {
    const owner = await this.#withSession((client, session) => client.whoAmI(session.token));
    const { account, sessionCreatedAt, expiresAt } = owner;
    return {
      text: [
        `${account.username} (account ${account.accountId}, made ${minuteOf(account.createdAt)})`,
        `Logged in since ${minuteOf(sessionCreatedAt)}, until ${minuteOf(expiresAt)} at the latest.`,
      ],
      fields: {
        ...accountFields(account),
        created_at: account.createdAt.toISOString(),
        session_created_at: sessionCreatedAt.toISOString(),
        expires_at: expiresAt.toISOString(),
      },
    };
  }

  async logout(): Promise<Answer> {
    const username = await this.#withSession(async (client, session) => {
      await client.logout(session.token);
      await this.link.forgetSession(session);
      return session.username;
    });
    return { text: [`Logged out ${username}.`], fields: { username } };
  }

  async #withPassword<T extends Account | Session>(
    isNew: boolean,
    call: (client: AccountClient, credentials: { username: string; password: string }) => Promise<T>,
  ): Promise<T> {
    const username = this.#invocation.name ?? "";
    const given = await this.#givenPassword();
    if (given !== undefined && isNew) checkNewPassword(given);
    const person = given === undefined ? this.#person() : undefined;
    const transport = await this.link.transport();
    // Better to learn that the server is down before typing a password than after.
    if (person !== undefined) await this.#withClient(transport, async () => undefined);
    const password = given ?? (person === undefined ? "" : await askPassword(person, username, isNew));
    return this.#withClient(transport, (client) => call(client, { username, password }));
  }

  /** Makes a call for the saved session, and forgets the session when the server says that it is over. */
  async #withSession<T>(call: (client: AccountClient, session: SavedSession) => Promise<T>): Promise<T> {
    const session = await this.link.session(this.#invocation.name);
    const transport = await this.link.transport();
    try {
      return await this.#withClient(transport, (client) => call(client, session));
    } catch (error) {
      if (error instanceof ClientError && error.code === "session_ended") {
        await this.link.forgetSession(session);
      }
      throw error;
    }
  }

  async #withClient<T>(transport: Transport, use: (client: AccountClient) => Promise<T>): Promise<T> {
    const { host, port } = this.link.address;
    const { signal } = this.#surroundings;
    const client = await AccountClient.connect({ host, port, timeoutMs: this.link.timeoutMs, signal, ...transport });
    try {
      return await use(client);
    } finally {
      await client.close();
    }
  }

  async #keep({ account, token, expiresAt }: Session, client: AccountClient): Promise<void> {
    const { accountId, username } = account;
    try {
      await this.link.saveSession({ username, accountId, token, expiresAt });
    } catch (error) {
      // A session that nobody can use any more must not stay open on the server.
      await client.logout(token).catch(() => undefined);
      throw error;
    }
  }

  async #givenPassword(): Promise<string | undefined> {
    const { env } = this.#surroundings;
    if (this.#invocation.flags.passwordStdin !== true) return env["EARSHOT_PASSWORD"] || undefined;
    const stdin = this.#surroundings.stdin();
    if (stdin.isTTY === true) {
      throw new ClientError("usage", "Standard input is a terminal; leave out --password-stdin to be asked instead.");
    }
    return readPasswordLine(stdin);
  }

  #person(): Terminal {
    const terminal = this.link.openTerminal();
    if (terminal === undefined) {
      const ways = "give --password-stdin or set EARSHOT_PASSWORD";
      throw new ClientError("usage", `There is no terminal to ask for the password on; ${ways}.`);
    }
    return terminal;
  }
}
