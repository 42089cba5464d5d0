// Accounts whose password never leaves this process: OPAQUE (RFC 9807), each login bound to its connection (RFC 9266).
import { randomBytes } from "node:crypto";
import { OpaqueServiceDefinition, type PasswordProof } from "../../gen/earshot/accounts/v1/opaque.js";
import { equalSecrets } from "../../opaque/byte-parts.js";
import type { ServiceClient } from "../../rpc/index.js";
import {
  type Account,
  accountOf,
  type Credentials,
  lowerCasedName,
  type PasswordReset,
  type Session,
  sessionOf,
} from "../account-values.js";
import type { Call, CallLine } from "../call-line.js";
import { ClientError } from "../client-error.js";
import { wasAnswered } from "../error-translation.js";
import { checkPasswordRules } from "../password.js";
import { makeRecord, type PasswordRecord, type ProvenPassword, provePassword } from "./opaque-exchange.js";

export interface OpaqueOptions {
  /** What `serverKey` was at an earlier meeting. A server with another key is then refused. */
  readonly serverKey?: string | undefined;
}

export interface OpaquePasswordChange {
  readonly username: string;
  readonly currentPassword: string;
  readonly newPassword: string;
}

const REQUEST_ID_BYTES = 16;

/**
 * By `AccountClient.opaque()`. Beside its errors, every method throws ClientError "downgrade_refused" where the server does not
 * do OPAQUE, "opaque_key_changed" where it has another key than before, and "channel_mismatch" where somebody stands between.
 */
export class OpaqueAccounts {
  readonly #line: CallLine;
  #serverKey: string | undefined;

  /** Made by AccountClient. */
  constructor(line: CallLine, { serverKey }: OpaqueOptions) {
    this.#line = line;
    this.#serverKey = serverKey;
  }

  /**
   * The server's OPAQUE key in base64: as it was given, or as it was when a call ended well. Keep it beside the name of the
   * account, whose password then never needs to be sent again.
   */
  get serverKey(): string | undefined {
    return this.#serverKey;
  }

  /** Makes an account. Repeats once, under the same request id, when it cannot know whether the server made it. */
  async register({ username: typed, password }: Credentials): Promise<Account> {
    const username = lowerCasedName(typed);
    await checkPasswordRules(password, username, "password");
    const { record, serverKey } = await this.#makeRecord(username, password);
    const request = { username, record, requestId: randomBytes(REQUEST_ID_BYTES) };
    const who = { username, withOpaque: true } as const;
    const response = await this.#line.callTwice(OpaqueServiceDefinition, who, (service, call) =>
      service.registerFinish(request, call),
    );
    const account = accountOf(response.account);
    checkOwner(account, username);
    this.#serverKey = serverKey;
    return account;
  }

  /** Opens a session, once the server has proved that nobody stands between. */
  async login({ username: typed, password }: Credentials): Promise<Session> {
    const username = lowerCasedName(typed);
    const { proven, response } = await this.#prove(username, password, { username }, (proof, service, call) =>
      service.loginFinish({ proof }, call),
    );
    if (!equalSecrets(proven.serverProof, response.channelProof)) throw this.#falseServer("its session was not kept");
    const session = sessionOf(response);
    checkOwner(session.account, username);
    this.#serverKey = proven.serverKey;
    return session;
  }

  /**
   * Moves an account from a password to OPAQUE, and ends its other sessions. The password is sent this once more.
   * Throws ClientError "wrong_password" among others.
   */
  async upgrade(token: string, { username, password }: Credentials): Promise<void> {
    const { record, serverKey } = await this.#makeRecord(lowerCasedName(username), password);
    await this.#line.call(OpaqueServiceDefinition, { token, withOpaque: true }, (service, call) =>
      service.upgrade({ currentPassword: password, record }, call),
    );
    this.#serverKey = serverKey;
  }

  /** Ends all other sessions. Throws ClientError "wrong_password" among others. */
  async changePassword(token: string, change: OpaquePasswordChange): Promise<void> {
    const username = lowerCasedName(change.username);
    await checkPasswordRules(change.newPassword, username, "new_password");
    const { record, serverKey } = await this.#makeRecord(username, change.newPassword);
    // Nobody has vouched for this key: the login, which only the right server can answer, has to come to the same one.
    const who = { token, field: "current_password", serverKey };
    await this.#prove(username, change.currentPassword, who, (proof, service, call) =>
      service.replaceRecord({ proof, record }, call),
    );
    this.#serverKey = serverKey;
  }

  /** Exchanges a code that an administrator gave out; ends all sessions. Throws ClientError "bad_code" among others. */
  async resetPassword({ username: typed, code, newPassword }: PasswordReset): Promise<void> {
    const username = lowerCasedName(typed);
    await checkPasswordRules(newPassword, username, "new_password");
    const { record, serverKey } = await this.#makeRecord(username, newPassword);
    const who = { username, withCode: true, withOpaque: true } as const;
    await this.#line.call(OpaqueServiceDefinition, who, (service, call) =>
      service.resetRecord({ username, code, record }, call),
    );
    this.#serverKey = serverKey;
  }

  /** For ever. Throws ClientError "wrong_password" among others. */
  async deleteAccount(token: string, { username: typed, password }: Credentials): Promise<void> {
    const username = lowerCasedName(typed);
    await this.#prove(username, password, { token, field: "password" }, (proof, service, call) =>
      service.deleteOpaqueAccount({ proof }, call),
    );
  }

  async #makeRecord(username: string, password: string): Promise<PasswordRecord> {
    const made = await makeRecord(this.#line, username, password);
    this.#checkKey(made.serverKey);
    return made;
  }

  /**
   * A proof is good for one connection and one process of the server: when that is another by the time it arrives, all
   * begins again, once.
   */
  async #prove<T>(username: string, password: string, who: Proving, use: UseProof<T>): Promise<Proved<T>> {
    const { token, field, serverKey = this.#serverKey } = who;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const proven = await this.#proveOnce(username, password, field);
      if (proven === undefined) continue;
      this.#checkKey(proven.serverKey, serverKey);
      // A record is something to try passwords on. A login is nothing to anybody, and lets the server know of who relays it.
      if (token !== undefined && !proven.isServerProven) throw this.#falseServer(NOTHING_CHANGED);
      try {
        const carried = { ...(token === undefined ? { username } : { token }), withOpaque: true } as const;
        const response = await this.#line.call(OpaqueServiceDefinition, carried, (service, call) =>
          use(proven.proof, service, call),
        );
        return { proven, response };
      } catch (error) {
        const isForgotten = error instanceof ClientError && error.status === "ABORTED";
        const isElsewhere = this.#line.peer !== proven.peer && wasAnswered(error);
        if (!isForgotten && !isElsewhere) throw error;
      }
    }
    const message = `The connection to ${this.#line.server} broke off twice while the password was being proved; try again.`;
    throw new ClientError("connection_lost", message);
  }

  async #proveOnce(username: string, password: string, field: string | undefined): Promise<ProvenPassword | undefined> {
    try {
      return await provePassword(this.#line, username, password);
    } catch (error) {
      if (!(error instanceof ClientError && error.code === "bad_login")) throw error;
      await this.#suspectKey();
      if (field === undefined) throw error;
      throw new ClientError("wrong_password", "Wrong password; nothing was changed.", { field, cause: error });
    }
  }

  /**
   * A server that has lost its key looks as if the password were wrong; at a registration it shows its key. Of a name that
   * nobody has: it counts as an attempt.
   */
  async #suspectKey(): Promise<void> {
    if (this.#serverKey === undefined) return;
    const nothing = randomBytes(REQUEST_ID_BYTES).toString("hex");
    const shown = await makeRecord(this.#line, nothing, nothing).catch(() => undefined);
    if (shown !== undefined) this.#checkKey(shown.serverKey);
  }

  #checkKey(shown: string, expected = this.#serverKey): void {
    if (expected === undefined || shown === expected) return;
    const { server } = this.#line;
    const message = `The OPAQUE key of ${server} has changed (it now shows ${shown}), so the password was not used; ask whoever runs the server.`;
    throw new ClientError("opaque_key_changed", message);
  }

  #falseServer(soWhat: string): ClientError {
    const { server } = this.#line;
    const message = `Somebody stands between this client and ${server}: what answered is not the other end of this connection, so ${soWhat}.`;
    return new ClientError("channel_mismatch", message);
  }
}

const ATTEMPTS = 2;
/** The call itself was not made; one before it, over the same network, may have carried the token. */
const NOTHING_CHANGED =
  "nothing was changed; they may have read the token of this session if it was used here: end it from another network";

interface Proving {
  readonly username?: string;
  readonly token?: string;
  /** Of the request, that holds the password; undefined for a login, which does not tell a wrong one from a wrong name. */
  readonly field?: string;
  /** Which the server has to have. */
  readonly serverKey?: string;
}
interface Proved<T> {
  readonly proven: ProvenPassword;
  readonly response: T;
}
type UseProof<T> = (proof: PasswordProof, service: OpaqueService, call: Call) => Promise<T>;
type OpaqueService = ServiceClient<typeof OpaqueServiceDefinition>;

function checkOwner(account: Account, username: string): void {
  if (account.username === username) return;
  throw new ClientError("bad_answer", "The server answered for another account; client and server may not fit.");
}
