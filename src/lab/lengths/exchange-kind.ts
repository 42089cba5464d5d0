// The everyday exchanges that an observer is asked to tell apart, each made by our own client with a name and a password of
// any length.
import { randomBytes, randomInt } from "node:crypto";
import { type AccountClient, ClientError, type Credentials } from "../../client/index.js";
import { LabError } from "../lab-error.js";

/** The labels. */
export const EXCHANGE_KINDS = ["Register", "Login", "Login, wrong password", "WhoAmI", "Logout"] as const;
export type ExchangeKind = (typeof EXCHANGE_KINDS)[number];

/** Names shorter than these might meet by chance. */
const NAME_CHARACTERS = { least: 6, most: 32 };
const PASSWORD_CHARACTERS = { least: 18, most: 64 };
/** Made before the run, so that who logs in is not always the same. */
const KNOWN_ACCOUNTS = 6;
/** An account may have some more sessions at once than this; a login above that would end the one opened first. */
const SESSIONS_OF_AN_ACCOUNT = 50;

/** The accounts and sessions that the exchanges of one run are about. */
export class ExchangeCast {
  readonly #known: readonly Credentials[];
  /** Sessions of other accounts, to ask who one is; and those that are to be ended. */
  readonly #standing: readonly string[];
  readonly #ending: string[];

  private constructor(known: readonly Credentials[], standing: readonly string[], ending: string[]) {
    this.#known = known;
    this.#standing = standing;
    this.#ending = ending;
  }

  /** Makes them over a connection that nobody watches, with as many sessions as are to be ended. */
  static async prepare(client: AccountClient, sessions: number): Promise<ExchangeCast> {
    const known: Credentials[] = [];
    const standing: string[] = [];
    while (known.length < KNOWN_ACCOUNTS) {
      known.push(await registered(client));
      standing.push((await client.login(await registered(client))).token);
    }
    const tokens: string[] = [];
    let owner = await registered(client);
    while (tokens.length < sessions) {
      if (tokens.length % SESSIONS_OF_AN_ACCOUNT === 0) owner = await registered(client);
      tokens.push((await client.login(owner)).token);
    }
    return new ExchangeCast(known, standing, tokens);
  }

  /** Makes one exchange. Throws LabError when it did not end as its label says. */
  async play(kind: ExchangeKind, client: AccountClient): Promise<void> {
    switch (kind) {
      case "Register":
        await client.register(newCredentials());
        return;
      case "Login":
        await client.login(oneOf(this.#known));
        return;
      case "Login, wrong password": {
        const refused = await client
          .login({ ...oneOf(this.#known), password: newCredentials().password })
          .catch(codeOf);
        if (refused !== "bad_login") throw new LabError("program_failed", "a wrong password was not refused");
        return;
      }
      case "WhoAmI":
        await client.whoAmI(oneOf(this.#standing));
        return;
      case "Logout":
        await client.logout(given(this.#ending.pop()));
    }
  }
}

function oneOf<T>(values: readonly T[]): T {
  return given(values[randomInt(values.length)]);
}

function given<T>(value: T | undefined): T {
  if (value === undefined) throw new LabError("program_failed", "the run has fewer accounts or sessions than it needs");
  return value;
}

async function registered(client: AccountClient): Promise<Credentials> {
  const credentials = newCredentials();
  await client.register(credentials);
  return credentials;
}

function newCredentials(): Credentials {
  return { username: textOf(NAME_CHARACTERS).toLowerCase(), password: textOf(PASSWORD_CHARACTERS) };
}

function textOf({ least, most }: { readonly least: number; readonly most: number }): string {
  return randomBytes(most)
    .toString("base64url")
    .replace(/[-_]/g, "x")
    .slice(0, randomInt(least, most + 1));
}

function codeOf(error: unknown): string {
  return error instanceof ClientError ? error.code : "unknown";
}
