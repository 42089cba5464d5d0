// Secrets that one of the ends wrote down (NSS key log format, RFC 9850): LABEL CLIENT_RANDOM SECRET, in hex, one a line.

export type SecretLabel =
  | "CLIENT_RANDOM"
  | "CLIENT_EARLY_TRAFFIC_SECRET"
  | "CLIENT_HANDSHAKE_TRAFFIC_SECRET"
  | "SERVER_HANDSHAKE_TRAFFIC_SECRET"
  | "CLIENT_TRAFFIC_SECRET_0"
  | "SERVER_TRAFFIC_SECRET_0";

const LABELS: ReadonlySet<string> = new Set<SecretLabel>([
  "CLIENT_RANDOM",
  "CLIENT_EARLY_TRAFFIC_SECRET",
  "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
  "SERVER_HANDSHAKE_TRAFFIC_SECRET",
  "CLIENT_TRAFFIC_SECRET_0",
  "SERVER_TRAFFIC_SECRET_0",
]);

const LINE = /^([A-Z0-9_]+) ([0-9a-fA-F]{64}) ((?:[0-9a-fA-F]{2}){32,64})\s*$/;
const MAX_LINE_CHARACTERS = 1024;

/** Takes text as it comes, whole files or a file that grows; lines may be split anywhere. Never prints a secret. */
export class KeyLog {
  readonly #secrets = new Map<string, Map<string, Uint8Array>>();
  #rest = "";
  /** Lines that are neither secrets, comments nor labels of no use here. */
  malformedLines = 0;

  /** Changes whenever a secret is added. */
  revision = 0;

  /** Connections of which something is known. */
  get size(): number {
    return this.#secrets.size;
  }

  push(text: string): void {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#take(line);
    if (this.#rest.length > MAX_LINE_CHARACTERS) this.#rest = this.#rest.slice(0, MAX_LINE_CHARACTERS);
  }

  /** The last line of a file need not end in a newline. */
  finish(): void {
    this.#take(this.#rest);
    this.#rest = "";
  }

  has(clientRandom: Uint8Array): boolean {
    return this.#secrets.has(hex(clientRandom));
  }

  secret(label: SecretLabel, clientRandom: Uint8Array): Uint8Array | undefined {
    return this.#secrets.get(hex(clientRandom))?.get(label);
  }

  #take(line: string): void {
    if (line.trim() === "" || line.startsWith("#")) return;
    const [, label, random, secret] = LINE.exec(line) ?? [];
    if (label === undefined || random === undefined || secret === undefined) {
      // RSA key logs begin with the encrypted pre-master secret; exporters and later generations are of no use.
      if (!/^(RSA|[A-Z0-9_]+_SECRET(_\d+)?|EARLY_[A-Z_]+|ECH_[A-Z_]+) /.test(line)) this.malformedLines += 1;
      return;
    }
    if (!LABELS.has(label)) return;
    const key = random.toLowerCase();
    const known = this.#secrets.get(key) ?? new Map<string, Uint8Array>();
    known.set(label, Uint8Array.from(Buffer.from(secret, "hex")));
    this.#secrets.set(key, known);
    this.revision += 1;
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("hex");
}
