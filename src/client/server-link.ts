// What a command has of its server before it connects: the address, the trust in it, the sessions kept for it.
import { join } from "node:path";
import type { PaddingPolicy } from "../rpc/index.js";
import { ClientError } from "./client-error.js";
import { configFolder } from "./config-folder.js";
import type { ConnectionFlags } from "./connection-flags.js";
import { KnownServers } from "./known-servers.js";
import { OpaquePins, type ServerPins } from "./opaque-pins.js";
import { MAX_PASSWORD_BYTES } from "./password.js";
import { decodeServerAddress, type ServerAddress } from "./server-address.js";
import { changedKeyBanner, changedOpaqueKeyBanner, decideTransport, type Transport } from "./server-trust.js";
import { type SavedSession, SessionFile } from "./session-file.js";
import { Terminal } from "./terminal.js";
import { tlsFlags } from "./tls-flags.js";

export interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  /** Opened only when it is to be read: an open pipe keeps the process alive. */
  readonly stdin: () => AsyncIterable<Uint8Array> & { readonly isTTY?: boolean; destroy?(): unknown };
  /** Writes to standard output. Resolves when there is room for more; false when nobody reads any more. */
  readonly print: (text: string) => Promise<boolean>;
  /** Of the terminal that standard output is; undefined when it is none. */
  readonly columns?: number | undefined;
  /** Shows a sentence, or a banner, beside the answer. */
  readonly warn: (text: string) => void;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

/** How to connect, and how lengths are hidden then. */
export type Way = Transport & { readonly padding: PaddingPolicy | undefined };

export class ServerLink {
  readonly address: ServerAddress;
  readonly #flags: ConnectionFlags;
  readonly #surroundings: Surroundings;
  readonly #knownServers: KnownServers;
  readonly #sessions: SessionFile;
  readonly #opaquePins: OpaquePins;
  #terminal: Terminal | undefined;

  /** Throws ClientError "usage" for an address that is none. */
  constructor(flags: ConnectionFlags, surroundings: Surroundings) {
    const folder = configFolder(surroundings.env);
    this.#flags = flags;
    this.#surroundings = surroundings;
    this.address = decodeServerAddress(flags.server);
    this.#knownServers = new KnownServers(join(folder, "known_servers"), surroundings.warn);
    this.#sessions = new SessionFile(join(folder, "sessions.json"), surroundings.warn);
    this.#opaquePins = new OpaquePins(join(folder, "opaque_accounts"), surroundings.warn);
  }

  get timeoutMs(): number {
    return Math.ceil(this.#flags.timeout * 1_000);
  }

  /** Decides on trust, which may ask the person. Throws ClientError. */
  async transport(): Promise<Way> {
    const { warn, signal } = this.#surroundings;
    const transport = await decideTransport({
      address: this.address,
      flags: this.#flags,
      knownServers: this.#knownServers,
      terminal: () => this.openTerminal(),
      tls: tlsFlags(this.#flags, warn),
      timeoutMs: this.timeoutMs,
      signal,
      warn,
      now: () => new Date(),
    });
    return { ...transport, padding: this.#flags.padding };
  }

  /** The saved session of that user, or of the last login. Throws ClientError "not_logged_in". */
  async session(username: string | undefined): Promise<SavedSession> {
    const session = await this.findSession(username);
    if (session !== undefined) return session;
    const who = username === undefined ? "Nobody" : "That user";
    const message = `${who} is logged in at ${this.address.text} from here; log in with: client login NAME`;
    throw new ClientError("not_logged_in", message);
  }

  findSession(username: string | undefined): Promise<SavedSession | undefined> {
    return this.#sessions.find(this.#sessionKey, username);
  }

  saveSession(session: SavedSession): Promise<void> {
    return this.#sessions.save(this.#sessionKey, session);
  }

  forgetSession(session: SavedSession): Promise<void> {
    return this.#sessions.remove(this.#sessionKey, session);
  }

  /** What is kept of this server's OPAQUE, whether it is reached over TLS or without. Throws ClientError. */
  opaquePins(): Promise<ServerPins> {
    return this.#opaquePins.find(this.address.text);
  }

  /** From now on the password of `name`, in lower case, is never sent to this server. */
  keepOpaque(serverKey: string, name: string): Promise<void> {
    return this.#opaquePins.keep(this.address.text, serverKey, name, new Date());
  }

  /** When the server is not the one that was known. */
  showBanner(code: "server_identity_changed" | "opaque_key_changed" = "server_identity_changed"): void {
    const { address } = this;
    const banner =
      code === "opaque_key_changed"
        ? changedOpaqueKeyBanner(address, this.#opaquePins.path)
        : changedKeyBanner(address, this.#knownServers.path);
    this.#surroundings.warn(banner);
  }

  /** Undefined when there is none. */
  openTerminal(): Terminal | undefined {
    this.#terminal ??= Terminal.open(MAX_PASSWORD_BYTES, this.#surroundings.signal);
    return this.#terminal;
  }

  close(): void {
    this.#terminal?.close();
  }

  /** A token that came over TLS is never looked up for --plaintext: it would be sent in the clear. */
  get #sessionKey(): string {
    return this.#flags.plaintext === true ? `plaintext:${this.address.text}` : this.address.text;
  }
}
