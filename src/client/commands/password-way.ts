// Which way a password goes: to the server over TLS, or nowhere, by OPAQUE. An account that is once known to log in by OPAQUE
// never goes back, whatever a server says: that would be how to get its password.
import type { AccountClient } from "../account-client.js";
import { type Account, type Credentials, lowerCasedName, type PasswordReset, type Session } from "../account-values.js";
import { ClientError } from "../client-error.js";
import type { OpaqueAccounts, OpaquePasswordChange } from "../opaque/opaque-accounts.js";
import type { SavedSession } from "../session-file.js";
import type { CommandDesk } from "./command-desk.js";

export interface PasswordWay {
  readonly scheme: "password" | "opaque";
  register(credentials: Credentials): Promise<Account>;
  login(credentials: Credentials): Promise<Session>;
  changePassword(token: string, change: OpaquePasswordChange): Promise<void>;
  resetPassword(reset: PasswordReset): Promise<void>;
  deleteAccount(token: string, credentials: Credentials): Promise<void>;
}

/** To be asked for when the password is about to be used: another command may have changed the way while it was typed. */
export async function passwordWay(desk: CommandDesk, client: AccountClient, username: string): Promise<PasswordWay> {
  const isAsked = isOpaqueAsked(desk);
  const { serverKey, names } = await desk.link.opaquePins();
  const name = lowerCasedName(username);
  if (!isAsked && !names.has(name)) return new SentPassword(client);
  return new KeptPassword(desk, client, client.opaque({ serverKey }), name);
}

/** Moves the account of `session` to OPAQUE, for good. Throws ClientError "usage" for one that is there already. */
export async function upgradeAccount(
  desk: CommandDesk,
  client: AccountClient,
  session: SavedSession,
  password: string,
): Promise<void> {
  await refuseUpgraded(desk, session.username);
  const { serverKey } = await desk.link.opaquePins();
  const opaque = client.opaque({ serverKey });
  const credentials = { username: session.username, password };
  try {
    await opaque.upgrade(session.token, credentials);
  } catch (error) {
    if (!(await isUpgraded(client, opaque, credentials, error))) throw error;
  }
  await keepPin(desk, opaque, lowerCasedName(session.username));
}

/** An upgrade whose answer was lost, or made elsewhere, refuses the password: but then it logs in by OPAQUE. */
async function isUpgraded(
  client: AccountClient,
  opaque: OpaqueAccounts,
  credentials: Credentials,
  error: unknown,
): Promise<boolean> {
  const isUnsure = error instanceof ClientError && ["wrong_password", "connection_lost"].includes(error.code);
  const opened = isUnsure ? await opaque.login(credentials).catch(() => undefined) : undefined;
  if (opened === undefined) return false;
  await client.logout(opened.token).catch(() => undefined);
  return true;
}

/** An account that logs in by OPAQUE has nothing to upgrade, and a server that asks for its password must not get it. */
export async function refuseUpgraded(desk: CommandDesk, username: string): Promise<void> {
  const { names } = await desk.link.opaquePins();
  if (!names.has(lowerCasedName(username))) return;
  throw new ClientError(
    "usage",
    `${username} logs in by OPAQUE already: its password is not sent to this server any more.`,
  );
}

class SentPassword implements PasswordWay {
  readonly scheme = "password";
  readonly #client: AccountClient;

  constructor(client: AccountClient) {
    this.#client = client;
  }

  register(credentials: Credentials): Promise<Account> {
    return this.#client.register(credentials);
  }

  login(credentials: Credentials): Promise<Session> {
    return this.#client.login(credentials);
  }

  changePassword(token: string, change: OpaquePasswordChange): Promise<void> {
    return this.#client.changePassword(token, change);
  }

  resetPassword(reset: PasswordReset): Promise<void> {
    return this.#client.resetPassword(reset);
  }

  deleteAccount(token: string, { password }: Credentials): Promise<void> {
    return this.#client.deleteAccount(token, password);
  }
}

/** Every success is kept: that name, at that server, under that key. */
class KeptPassword implements PasswordWay {
  readonly scheme = "opaque";
  readonly #desk: CommandDesk;
  readonly #client: AccountClient;
  readonly #opaque: OpaqueAccounts;
  readonly #name: string;

  constructor(desk: CommandDesk, client: AccountClient, opaque: OpaqueAccounts, name: string) {
    this.#desk = desk;
    this.#client = client;
    this.#opaque = opaque;
    this.#name = name;
  }

  async register(credentials: Credentials): Promise<Account> {
    const account = await this.#opaque.register(credentials);
    await this.#keep();
    return account;
  }

  async login(credentials: Credentials): Promise<Session> {
    const session = await this.#opaque.login(credentials);
    try {
      await this.#keep();
    } catch (error) {
      await this.#client.logout(session.token).catch(() => undefined);
      throw error;
    }
    return session;
  }

  async changePassword(token: string, change: OpaquePasswordChange): Promise<void> {
    await this.#opaque.changePassword(token, change);
    await this.#keep();
  }

  async resetPassword(reset: PasswordReset): Promise<void> {
    await this.#opaque.resetPassword(reset);
    await this.#keep();
  }

  /** The name stays kept: who registers it again here does so by OPAQUE. */
  deleteAccount(token: string, credentials: Credentials): Promise<void> {
    return this.#opaque.deleteAccount(token, credentials);
  }

  #keep(): Promise<void> {
    return keepPin(this.#desk, this.#opaque, this.#name);
  }
}

async function keepPin({ link }: CommandDesk, { serverKey }: OpaqueAccounts, name: string): Promise<void> {
  if (serverKey === undefined) return;
  try {
    await link.keepOpaque(serverKey, name);
  } catch (error) {
    if (!(error instanceof ClientError && error.code === "file_unusable")) throw error;
    const message = `${name} logs in by OPAQUE, but that could not be kept here; give --opaque until it can. ${error.message}`;
    throw new ClientError("file_unusable", message, { cause: error });
  }
}

function isOpaqueAsked({ flags, surroundings }: CommandDesk): boolean {
  const setting = surroundings.env["EARSHOT_OPAQUE"] ?? "";
  if (!["", "0", "1"].includes(setting)) throw new ClientError("usage", "EARSHOT_OPAQUE is 1, 0 or empty.");
  return flags.opaque === true || setting === "1";
}
