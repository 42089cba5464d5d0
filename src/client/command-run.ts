// Runs one command: decides on trust, gets the password, makes the call, keeps or forgets the session.
import { join } from "node:path";
import { type Account, AccountClient, type Session } from "./account-client.js";
import { type Answer, accountFields, minuteOf } from "./answer.js";
import { ClientError } from "./client-error.js";
import { configFolder } from "./config-folder.js";
import type { Invocation } from "./invocation.js";
import { KnownServers } from "./known-servers.js";
import { askPassword, checkNewPassword, MAX_PASSWORD_BYTES, readPasswordLine } from "./password.js";
import { decodeServerAddress, type ServerAddress } from "./server-address.js";
import { changedKeyBanner, decideTransport, type Transport } from "./server-trust.js";
import { type SavedSession, SessionFile } from "./session-file.js";
import { Terminal } from "./terminal.js";
import { tlsFlags } from "./tls-flags.js";

export interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  /** Opened only when it is to be read: an open pipe keeps the process alive. */
  readonly stdin: () => AsyncIterable<Uint8Array> & { readonly isTTY?: boolean };
  /** Shows a sentence, or a banner, beside the answer. */
  readonly warn: (text: string) => void;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

/** The answer to show. Throws ClientError. */
export async function runCommand(invocation: Invocation, surroundings: Surroundings): Promise<Answer> {
  const run = new CommandRun(invocation, surroundings);
  try {
    return await run[invocation.command]();
  } catch (error) {
    if (error instanceof ClientError && error.code === "server_identity_changed") run.showBanner();
    throw error;
  } finally {
    run.close();
  }
}

class CommandRun {
  readonly #invocation: Invocation;
  readonly #surroundings: Surroundings;
  readonly #address: ServerAddress;
  readonly #knownServers: KnownServers;
  readonly #sessions: SessionFile;
  #terminal: Terminal | undefined;

  constructor(invocation: Invocation, surroundings: Surroundings) {
    const folder = configFolder(surroundings.env);
    this.#invocation = invocation;
    this.#surroundings = surroundings;
    this.#address = decodeServerAddress(invocation.flags.server);
    this.#knownServers = new KnownServers(join(folder, "known_servers"), surroundings.warn);
    this.#sessions = new SessionFile(join(folder, "sessions.json"), surroundings.warn);
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
      await this.#sessions.remove(this.#sessionKey, session);
      return session.username;
    });
    return { text: [`Logged out ${username}.`], fields: { username } };
  }

  showBanner(): void {
    this.#surroundings.warn(changedKeyBanner(this.#address, this.#knownServers.path));
  }

  close(): void {
    this.#terminal?.close();
  }

  async #withPassword<T extends Account | Session>(
    isNew: boolean,
    call: (client: AccountClient, credentials: { username: string; password: string }) => Promise<T>,
  ): Promise<T> {
    const username = this.#invocation.name ?? "";
    const given = await this.#givenPassword();
    if (given !== undefined && isNew) checkNewPassword(given);
    const person = given === undefined ? this.#person() : undefined;
    const transport = await this.#transport();
    // Better to learn that the server is down before typing a password than after.
    if (person !== undefined) await this.#withClient(transport, async () => undefined);
    const password = given ?? (person === undefined ? "" : await askPassword(person, username, isNew));
    return this.#withClient(transport, (client) => call(client, { username, password }));
  }

  /** Makes a call for the saved session, and forgets the session when the server says that it is over. */
  async #withSession<T>(call: (client: AccountClient, session: SavedSession) => Promise<T>): Promise<T> {
    const session = await this.#sessions.find(this.#sessionKey, this.#invocation.name);
    if (session === undefined) {
      const who = this.#invocation.name === undefined ? "Nobody" : "That user";
      const message = `${who} is logged in at ${this.#address.text} from here; log in with: client login NAME`;
      throw new ClientError("not_logged_in", message);
    }
    const transport = await this.#transport();
    try {
      return await this.#withClient(transport, (client) => call(client, session));
    } catch (error) {
      if (error instanceof ClientError && error.code === "session_ended") {
        await this.#sessions.remove(this.#sessionKey, session);
      }
      throw error;
    }
  }

  async #withClient<T>(transport: Transport, use: (client: AccountClient) => Promise<T>): Promise<T> {
    const { host, port } = this.#address;
    const { signal } = this.#surroundings;
    const client = await AccountClient.connect({ host, port, timeoutMs: this.#timeoutMs, signal, ...transport });
    try {
      return await use(client);
    } finally {
      await client.close();
    }
  }

  async #transport(): Promise<Transport> {
    const { flags } = this.#invocation;
    const { warn, signal } = this.#surroundings;
    return decideTransport({
      address: this.#address,
      flags,
      knownServers: this.#knownServers,
      terminal: () => this.#openTerminal(),
      tls: tlsFlags(flags, warn),
      timeoutMs: this.#timeoutMs,
      signal,
      warn,
      now: () => new Date(),
    });
  }

  async #keep({ account, token, expiresAt }: Session, client: AccountClient): Promise<void> {
    const { accountId, username } = account;
    try {
      await this.#sessions.save(this.#sessionKey, { username, accountId, token, expiresAt });
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
    const terminal = this.#openTerminal();
    if (terminal === undefined) {
      const ways = "give --password-stdin or set EARSHOT_PASSWORD";
      throw new ClientError("usage", `There is no terminal to ask for the password on; ${ways}.`);
    }
    return terminal;
  }

  #openTerminal(): Terminal | undefined {
    this.#terminal ??= Terminal.open(MAX_PASSWORD_BYTES, this.#surroundings.signal);
    return this.#terminal;
  }

  /** A token that came over TLS is never looked up for --plaintext: it would be sent in the clear. */
  get #sessionKey(): string {
    return this.#invocation.flags.plaintext === true ? `plaintext:${this.#address.text}` : this.#address.text;
  }

  get #timeoutMs(): number {
    return Math.ceil(this.#invocation.flags.timeout * 1_000);
  }
}
