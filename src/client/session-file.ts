// Keeps session tokens between commands: sessions.json, by server and user, with the last login of each server.
import { ClientError } from "./client-error.js";
import { PrivateFile } from "./private-file.js";

export interface SavedSession {
  readonly username: string;
  /** 32 hex digits. */
  readonly accountId: string;
  readonly token: string;
  readonly expiresAt: Date;
}

export class SessionFile {
  readonly #file: PrivateFile;
  readonly #warn: (text: string) => void;

  /** `warn` is told in a sentence about rights that were too wide and about a damaged file. */
  constructor(path: string, warn: (text: string) => void) {
    this.#file = new PrivateFile(path, warn);
    this.#warn = warn;
  }

  get path(): string {
    return this.#file.path;
  }

  /** The session of `username`, or of the last login, at `server`. */
  async find(server: string, username?: string): Promise<SavedSession | undefined> {
    const text = await this.#file.read();
    if (text === undefined) return undefined;
    const content = decodeContent(text);
    if (content === undefined) {
      await this.#file.update((current) => this.#setAsideIfDamaged(current));
      return undefined;
    }
    const entry = content.get(server);
    const name = username?.toLowerCase() ?? entry?.last;
    return name === undefined ? undefined : entry?.sessions.get(name);
  }

  /** Stores a session as the last login at `server`, in the place of an earlier one of the same user. */
  async save(server: string, session: SavedSession): Promise<void> {
    await this.#change((content) => {
      const sessions = content.get(server)?.sessions ?? new Map<string, SavedSession>();
      content.set(server, { last: session.username, sessions: sessions.set(session.username, session) });
    });
  }

  /** Forgets a session, if it still is the one with this token: a newer login is left alone. */
  async remove(server: string, session: SavedSession): Promise<void> {
    await this.#change((content) => {
      const entry = content.get(server);
      if (entry?.sessions.get(session.username)?.token !== session.token) return;
      entry.sessions.delete(session.username);
      if (entry.sessions.size === 0) content.delete(server);
      else if (entry.last === session.username) content.set(server, { last: undefined, sessions: entry.sessions });
    });
  }

  async #change(change: (content: Content) => void): Promise<void> {
    await this.#file.update(async (text) => {
      await this.#setAsideIfDamaged(text);
      const content = (text === undefined ? undefined : decodeContent(text)) ?? new Map();
      change(content);
      return encodeContent(content);
    });
  }

  async #setAsideIfDamaged(text: string | undefined): Promise<undefined> {
    if (text === undefined || decodeContent(text) !== undefined) return undefined;
    const aside = await this.#file.setAside();
    this.#warn(`${this.path} was damaged; it is kept as ${aside} and a new one is begun, so log in again.`);
    return undefined;
  }
}

interface ServerEntry {
  readonly last: string | undefined;
  readonly sessions: Map<string, SavedSession>;
}
type Content = Map<string, ServerEntry>;

const VERSION = 1;

function encodeContent(content: Content): string {
  const servers = Object.fromEntries(
    [...content].map(([server, { last, sessions }]) => [
      server,
      { last, sessions: Object.fromEntries([...sessions.values()].map(encodeSession)) },
    ]),
  );
  return `${JSON.stringify({ version: VERSION, servers }, null, 2)}\n`;
}

function encodeSession(session: SavedSession): [string, object] {
  const { username, accountId, token, expiresAt } = session;
  return [username, { account_id: accountId, token, expires_at: expiresAt.toISOString() }];
}

/** Undefined when the text is not what encodeContent writes. A file of a later version is an error, not damage. */
function decodeContent(text: string): Content | undefined {
  const root = record(parsed(text));
  const version = root?.["version"];
  if (typeof version === "number" && version > VERSION) {
    throw new ClientError("file_unusable", "sessions.json was written by a newer client; update this one.");
  }
  const servers = record(root?.["servers"]);
  if (version !== VERSION || servers === undefined) return undefined;
  const content: Content = new Map();
  for (const [server, value] of Object.entries(servers)) {
    const entry = decodeEntry(value);
    if (entry === undefined) return undefined;
    content.set(server, entry);
  }
  return content;
}

function decodeEntry(value: unknown): ServerEntry | undefined {
  const entry = record(value);
  const saved = record(entry?.["sessions"]);
  const last = entry?.["last"];
  if (saved === undefined || !(last === undefined || typeof last === "string")) return undefined;
  const sessions = new Map<string, SavedSession>();
  for (const [username, fields] of Object.entries(saved)) {
    const session = decodeSession(username, record(fields));
    if (session === undefined) return undefined;
    sessions.set(username, session);
  }
  return { last, sessions };
}

function decodeSession(username: string, fields: Record<string, unknown> | undefined): SavedSession | undefined {
  const token = fields?.["token"];
  const accountId = fields?.["account_id"];
  const expiresAt = new Date(String(fields?.["expires_at"]));
  if (typeof token !== "string" || typeof accountId !== "string" || Number.isNaN(expiresAt.getTime())) return undefined;
  return { username, accountId, token, expiresAt };
}

function record(value: unknown): Record<string, unknown> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
