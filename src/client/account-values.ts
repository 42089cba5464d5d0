// What an account's calls take and give, as values for programs: checked, with hexadecimal ids and dates.
import {
  type ExportAccountResponse,
  type LoginResponse,
  SecurityEvent_Kind,
  type WhoAmIResponse,
  type Account as WireAccount,
  type SecurityEvent as WireEvent,
  type Session as WireSession,
} from "../gen/earshot/accounts/v1/accounts.js";
import { ClientError } from "./client-error.js";
import { printableText } from "./printable-text.js";

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

export interface PasswordReset {
  readonly username: string;
  /** As it was given out, however it was typed. */
  readonly code: string;
  readonly newPassword: string;
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
  /** 32 hex digits; empty from a server that knows no ids of sessions. */
  readonly sessionId: string;
  /** The session ends then at the latest. */
  readonly expiresAt: Date;
}

export interface SessionOwner {
  readonly account: Account;
  /** As in {@link Session}. */
  readonly sessionId: string;
  readonly sessionCreatedAt: Date;
  readonly expiresAt: Date;
}

/** A session as its owner sees it among others. */
export interface ListedSession {
  /** 32 hex digits, for `revokeSession`. */
  readonly sessionId: string;
  readonly createdAt: Date;
  /** Exact to a minute. */
  readonly lastUsedAt: Date;
  readonly expiresAt: Date;
  /** Where it was opened from. */
  readonly address: string;
  /** The one that asked. */
  readonly isCurrent: boolean;
}

/** Something that happened to one's account. */
export interface SecurityEvent {
  /** 32 hex digits: the same event has the same id whenever it is told. */
  readonly eventId: string;
  /** "login", "password_changed" and so on; "unspecified" for what this version does not know. */
  readonly kind: string;
  readonly at: Date;
  /** Where the call came from; empty for what an administrator did. */
  readonly address: string;
  /** 32 hex digits; undefined where no session is concerned. */
  readonly sessionId: string | undefined;
}

/** One part of an export; the account comes first. */
export type ExportPart =
  | { readonly kind: "account"; readonly account: ExportedAccount }
  | { readonly kind: "session"; readonly session: ListedSession }
  | { readonly kind: "event"; readonly event: SecurityEvent };

export interface ExportedAccount extends Account {
  /** What named the registration, in hex digits. */
  readonly requestId: string;
  readonly passwordChanges: number;
  readonly logins: number;
  readonly lastLoginAt: Date | undefined;
  readonly resetCodeExpiresAt: Date | undefined;
}

// Visible ASCII: anything else could not go into a header, or would garble a terminal.
const TOKEN = /^[\x21-\x7e]{16,512}$/;
const ID_BYTES = 16;
const ID_TEXT = /^[0-9a-f]{32}$/i;
const MAX_DATE_MS = 8_640_000_000_000_000n;

export function accountOf(account: WireAccount | undefined): Account {
  if (account?.accountId.length !== ID_BYTES || account.username === "") throw badAnswer("account");
  return { accountId: hex(account.accountId), username: account.username, createdAt: dateOf(account.createdAtMs) };
}

export function sessionOf(response: LoginResponse): Session {
  const { sessionToken: token, sessionId } = response;
  if (!TOKEN.test(token)) throw badAnswer("session token");
  const account = accountOf(response.account);
  return { account, token, sessionId: hex(sessionId), expiresAt: dateOf(response.expiresAtMs) };
}

export function ownerOf(response: WhoAmIResponse): SessionOwner {
  return {
    account: accountOf(response.account),
    sessionId: hex(response.sessionId),
    sessionCreatedAt: dateOf(response.sessionCreatedAtMs),
    expiresAt: dateOf(response.sessionExpiresAtMs),
  };
}

export function listedSessionOf(session: WireSession): ListedSession {
  if (session.sessionId.length !== ID_BYTES) throw badAnswer("session");
  return {
    sessionId: hex(session.sessionId),
    createdAt: dateOf(session.createdAtMs),
    lastUsedAt: dateOf(session.lastUsedAtMs),
    expiresAt: dateOf(session.expiresAtMs),
    address: printableText(session.address),
    isCurrent: session.current,
  };
}

export function eventOf(event: WireEvent | undefined): SecurityEvent {
  if (event?.eventId.length !== ID_BYTES) throw badAnswer("event");
  return {
    eventId: hex(event.eventId),
    kind: kindOf(event.kind),
    at: dateOf(event.atMs),
    address: printableText(event.address),
    sessionId: event.sessionId.length === 0 ? undefined : hex(event.sessionId),
  };
}

/** Undefined for a part that this version does not know. */
export function exportPartOf({ part }: ExportAccountResponse): ExportPart | undefined {
  switch (part?.$case) {
    case "account": {
      const { account, requestId, passwordChanges, logins, lastLoginAtMs, resetCodeExpiresAtMs } = part.value;
      const counts = { passwordChanges: Number(passwordChanges), logins: Number(logins) };
      const times = {
        lastLoginAt: optionalDateOf(lastLoginAtMs),
        resetCodeExpiresAt: optionalDateOf(resetCodeExpiresAtMs),
      };
      return { kind: "account", account: { ...accountOf(account), requestId: hex(requestId), ...counts, ...times } };
    }
    case "session":
      return { kind: "session", session: listedSessionOf(part.value) };
    case "event":
      return { kind: "event", event: eventOf(part.value) };
    default:
      return undefined;
  }
}

/** @throws ClientError "invalid_field" for anything but 32 hex digits. */
export function sessionIdBytes(text: string): Uint8Array {
  if (!ID_TEXT.test(text)) {
    const message =
      "The session id is malformed: it has 32 of the characters 0-9 a-f; take it from the list of sessions.";
    throw new ClientError("invalid_field", message, { field: "session_id" });
  }
  return Buffer.from(text, "hex");
}

function kindOf(kind: SecurityEvent_Kind): string {
  const name: string | undefined = SecurityEvent_Kind[kind];
  return name?.startsWith("KIND_") ? name.slice("KIND_".length).toLowerCase() : "unspecified";
}

function dateOf(ms: bigint): Date {
  if (ms > MAX_DATE_MS) throw badAnswer("time");
  return new Date(Number(ms));
}

function optionalDateOf(ms: bigint): Date | undefined {
  return ms === 0n ? undefined : dateOf(ms);
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

function badAnswer(what: string): ClientError {
  return new ClientError("bad_answer", `The server's answer holds no usable ${what}; client and server may not fit.`);
}

/** As servers do it: only ASCII letters have a lower case in names. */
export function lowerCasedName(username: string): string {
  return username.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
