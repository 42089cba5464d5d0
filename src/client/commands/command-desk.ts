// What every command works with: its flags, connections to its server, the saved session, the secrets it needs.
import { AccountClient } from "../account-client.js";
import { ClientError } from "../client-error.js";
import type { AccountInvocation, Flags } from "../invocation.js";
import { askSecret, givenSecrets, type Secret } from "../secret.js";
import { ServerLink, type Surroundings, type Way } from "../server-link.js";
import type { SavedSession } from "../session-file.js";
import type { Terminal } from "../terminal.js";

type Use<T> = (client: AccountClient) => Promise<T>;

export class CommandDesk {
  readonly invocation: AccountInvocation;
  readonly surroundings: Surroundings;
  readonly link: ServerLink;
  #transport: Promise<Way> | undefined;

  constructor(invocation: AccountInvocation, surroundings: Surroundings) {
    this.invocation = invocation;
    this.surroundings = surroundings;
    this.link = new ServerLink(invocation.flags, surroundings);
  }

  get flags(): Flags {
    return this.invocation.flags;
  }

  /** The name that was given. Commands that need one cannot be called without. */
  get name(): string {
    return this.invocation.name ?? "";
  }

  /** The saved session that the command is about. Throws ClientError "not_logged_in". */
  session(): Promise<SavedSession> {
    return this.link.session(this.invocation.name);
  }

  /** Connects for as long as `use` runs. `signal` ends what is under way, beside Ctrl-C. */
  async withClient<T>(use: Use<T>, signal: AbortSignal = this.surroundings.signal): Promise<T> {
    this.#transport ??= this.link.transport();
    const { host, port } = this.link.address;
    const { timeoutMs } = this.link;
    const client = await AccountClient.connect({ host, port, timeoutMs, signal, ...(await this.#transport) });
    try {
      return await use(client);
    } finally {
      await client.close();
    }
  }

  /** The same for a saved session, which is forgotten when the server says that it is over. */
  async withSession<T>(session: SavedSession, use: Use<T>, signal?: AbortSignal): Promise<T> {
    try {
      return await this.withClient(use, signal);
    } catch (error) {
      if (error instanceof ClientError && error.code === "session_ended") await this.link.forgetSession(session);
      throw error;
    }
  }

  /**
   * The secrets in the order of `wanted`. Before a person is asked, `reach` finds out whether the server is there: better
   * to learn that it is down, or the session over, before typing a password than after.
   */
  async secrets(wanted: readonly Secret[], reach: () => Promise<unknown>): Promise<readonly string[]> {
    const given = await givenSecrets(wanted, this.flags.passwordStdin === true, this.surroundings);
    const secrets = given.filter((secret) => secret !== undefined);
    if (secrets.length === wanted.length) return secrets;
    const missing = wanted.filter((_, index) => given[index] === undefined);
    const person = this.person(missing);
    await reach();
    const all: string[] = [];
    for (const [index, secret] of wanted.entries()) all.push(given[index] ?? (await askSecret(person, secret)));
    return all;
  }

  /** Whom to ask. Throws ClientError "usage" where nobody is. */
  person(missing: readonly Pick<Secret, "name" | "variable">[]): Terminal {
    const terminal = this.link.openTerminal();
    if (terminal !== undefined) return terminal;
    const names = missing.map(({ name }) => name).join(" and the ");
    const variables = missing.map(({ variable }) => variable).join(" and ");
    const ways = `give --password-stdin or set ${variables}`;
    throw new ClientError("usage", `There is no terminal to ask for the ${names} on; ${ways}.`);
  }
}
