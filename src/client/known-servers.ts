// The keys of the servers one has met: a line `host:port sha256/BASE64 date` each, as ssh keeps known_hosts.
import { ClientError } from "./client-error.js";
import { printableText } from "./printable-text.js";
import { PrivateFile } from "./private-file.js";

export class KnownServers {
  readonly #file: PrivateFile;

  constructor(path: string, warn: (text: string) => void) {
    this.#file = new PrivateFile(path, warn);
  }

  get path(): string {
    return this.#file.path;
  }

  /**
   * The pin kept for `address` (`host:port`): base64 of the SHA-256 of the public key, or undefined when the server is
   * new. Throws ClientError when a line is not understood: to pass over it could turn a known server into a new one.
   */
  async find(address: string): Promise<string | undefined> {
    return decodeKnownServers((await this.#file.read()) ?? "", this.path).get(address);
  }

  /** Adds a server. Throws when another process has meanwhile stored a different key for it. */
  async add(address: string, pin: string, firstSeen: Date): Promise<void> {
    await this.#file.update((text = HEADER) => {
      const known = decodeKnownServers(text, this.path).get(address);
      if (known === pin) return undefined;
      if (known !== undefined) {
        throw new ClientError("server_identity_changed", `Another key was just stored for ${address} in ${this.path}.`);
      }
      const line = `${address} sha256/${pin} ${firstSeen.toISOString().slice(0, 10)}\n`;
      return text === "" || text.endsWith("\n") ? text + line : `${text}\n${line}`;
    });
  }
}

const HEADER = "# Servers that this user has accepted. To forget one, delete its line.\n";

/** Address to pin. `path` is for the message of the ClientError thrown at the first line that is not understood. */
export function decodeKnownServers(text: string, path: string): ReadonlyMap<string, string> {
  const pins = new Map<string, string>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "" || line.trimStart().startsWith("#")) continue;
    const [address, pin] = decodeLine(line);
    if (address === undefined || pin === undefined) throw damaged(path, index, "is not understood");
    if ((pins.get(address) ?? pin) !== pin) throw damaged(path, index, "gives a server a second key");
    pins.set(address, pin);
  }
  return pins;
}

// The date is for people; a line typed by hand may lack it. Base64 of 32 bytes is 43 characters and one "=".
const LINE = /^\s*(\S+:\d+)\s+sha256\/([A-Za-z0-9+/]{43}=)(?:\s.*)?$/;

function decodeLine(line: string): [string | undefined, string | undefined] {
  const match = LINE.exec(line);
  return [match?.[1]?.toLowerCase(), match?.[2]];
}

function damaged(path: string, index: number, what: string): ClientError {
  const where = `${printableText(path)}, line ${index + 1}`;
  return new ClientError("server_not_trusted", `${where} ${what}; correct or delete that line.`);
}
