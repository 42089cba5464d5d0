// The accounts whose password is never sent, and the OPAQUE keys of their servers: a line each, as in known_servers.
import { ClientError } from "./client-error.js";
import { printableText } from "./printable-text.js";
import { PrivateFile } from "./private-file.js";

/** What is kept of one server. */
export interface ServerPins {
  /** Base64; undefined when only names are kept. */
  readonly serverKey: string | undefined;
  /** Names, in lower case, of accounts that log in by OPAQUE. */
  readonly names: ReadonlySet<string>;
}

export class OpaquePins {
  readonly #file: PrivateFile;

  constructor(path: string, warn: (text: string) => void) {
    this.#file = new PrivateFile(path, warn);
  }

  get path(): string {
    return this.#file.path;
  }

  /**
   * What is kept of `address` (`host:port`). Throws ClientError when a line is not understood: to pass over it could send a
   * password that must not be sent.
   */
  async find(address: string): Promise<ServerPins> {
    return decodeOpaquePins((await this.#file.read()) ?? "", this.path).get(address) ?? NOTHING;
  }

  /** Adds an account of a server. Throws when another process has meanwhile stored a different key for the server. */
  async keep(address: string, serverKey: string, name: string, firstSeen: Date): Promise<void> {
    await this.#file.update((text = HEADER) => {
      const known = decodeOpaquePins(text, this.path).get(address) ?? NOTHING;
      if (known.serverKey !== undefined && known.serverKey !== serverKey) {
        const message = `Another OPAQUE key was just stored for ${address} in ${this.path}.`;
        throw new ClientError("opaque_key_changed", message);
      }
      const day = firstSeen.toISOString().slice(0, 10);
      const lines = [
        ...(known.serverKey === undefined ? [`${address} key ${serverKey} ${day}\n`] : []),
        ...(known.names.has(name) ? [] : [`${address} name ${name} ${day}\n`]),
      ];
      if (lines.length === 0) return undefined;
      return (text === "" || text.endsWith("\n") ? text : `${text}\n`) + lines.join("");
    });
  }
}

const NOTHING: ServerPins = { serverKey: undefined, names: new Set() };

const HEADER = `# OPAQUE keys of servers, and accounts there whose password is never sent.
# To accept another key of a server, delete its line; to send the password of an account again, delete that of its name.
`;

interface Entry {
  serverKey: string | undefined;
  readonly names: Set<string>;
}

/** By address. `path` is for the message of the ClientError thrown at the first line that is not understood. */
export function decodeOpaquePins(text: string, path: string): ReadonlyMap<string, ServerPins> {
  const servers = new Map<string, Entry>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "" || line.trimStart().startsWith("#")) continue;
    const { address = "", serverKey, name } = LINE.exec(line)?.groups ?? {};
    const entry = servers.get(address.toLowerCase()) ?? { serverKey: undefined, names: new Set<string>() };
    if (name !== undefined) entry.names.add(name.toLowerCase());
    else if (serverKey === undefined) throw damaged(path, index, "is not understood");
    else if ((entry.serverKey ?? serverKey) !== serverKey) throw damaged(path, index, "gives a server a second key");
    else entry.serverKey = serverKey;
    servers.set(address.toLowerCase(), entry);
  }
  return servers;
}

// The date is for people. Base64 of 33 bytes, a compressed point of P-256, is 44 characters and begins with "A".
const LINE =
  /^\s*(?<address>\S+:\d+)\s+(?:key\s+(?<serverKey>A[A-Za-z0-9+/]{43})|name\s+(?<name>[A-Za-z0-9._-]+))(?:\s.*)?$/;

function damaged(path: string, index: number, what: string): ClientError {
  const where = `${printableText(path)}, line ${index + 1}`;
  return new ClientError("server_not_trusted", `${where} ${what}; correct or delete that line.`);
}
