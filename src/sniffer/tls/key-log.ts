// Secrets that one of the ends wrote down (NSS key log format, RFC 9850): LABEL CLIENT_RANDOM SECRET, in hex, one a line; and
// what older programs wrote for TLS 1.2 and before, found by the encrypted pre-master secret or the session id.

export type SecretLabel =
  | "CLIENT_RANDOM"
  | "CLIENT_EARLY_TRAFFIC_SECRET"
  | "CLIENT_HANDSHAKE_TRAFFIC_SECRET"
  | "SERVER_HANDSHAKE_TRAFFIC_SECRET"
  | "CLIENT_TRAFFIC_SECRET_0"
  | "SERVER_TRAFFIC_SECRET_0"
  /** The pre-master secret, of any key exchange. */
  | "PMS_CLIENT_RANDOM"
  /** The pre-master secret, by the first 8 bytes of what RSA made of it. */
  | "RSA"
  /** The master secret, by the session id that the server gave. */
  | "RSA Session-ID";

const LABELS: ReadonlySet<string> = new Set<SecretLabel>([
  "CLIENT_RANDOM",
  "CLIENT_EARLY_TRAFFIC_SECRET",
  "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
  "SERVER_HANDSHAKE_TRAFFIC_SECRET",
  "CLIENT_TRAFFIC_SECRET_0",
  "SERVER_TRAFFIC_SECRET_0",
  "PMS_CLIENT_RANDOM",
  "RSA",
  "RSA Session-ID",
]);

/** What follows a secret is passed over, as tshark does: some files have a backslash at the end of each line. */
const LINES: readonly RegExp[] = [
  /^(?!PMS_)([A-Z0-9_]+)[ \t]+([0-9a-fA-F]{64})[ \t]+((?:[0-9a-fA-F]{2}){32,64})(?!\w)/,
  // As long as the group of a Diffie-Hellman exchange.
  /^(PMS_CLIENT_RANDOM)[ \t]+([0-9a-fA-F]{64})[ \t]+((?:[0-9a-fA-F]{2}){16,1024})(?!\w)/,
  /^(RSA)[ \t]+([0-9a-fA-F]{16})[ \t]+([0-9a-fA-F]{96})(?!\w)/,
  /^(RSA Session-ID):((?:[0-9a-fA-F]{2}){1,32})[ \t]+Master-Key:([0-9a-fA-F]{96})(?!\w)/,
];
/** Master secrets, hashes of TLS 1.3 and what common groups agree on: what has another length is not whole yet. */
const WHOLE_SECRET_BYTES: readonly number[] = [32, 48, 66, 128, 256, 384, 512];
const MAX_LINE_CHARACTERS = 4096;

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
    this.#takeUnended(this.#rest);
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

  /** By the client random, or by what else a line of this label is found by. */
  secret(label: SecretLabel, finder: Uint8Array): Uint8Array | undefined {
    return this.#secrets.get(hex(finder))?.get(label);
  }

  /** The last line of a file need not end in a newline; of one that grows it may go on, and is then taken once more. */
  #takeUnended(line: string): void {
    const secret = fields(line)?.[3];
    if (secret !== undefined && WHOLE_SECRET_BYTES.includes(secret.length / 2)) this.#take(line);
  }

  #take(line: string): void {
    if (line.trim() === "" || line.startsWith("#")) return;
    const [, label, random, secret] = fields(line) ?? [];
    if (label === undefined || random === undefined || secret === undefined) {
      // Exporters and later generations are of no use, whatever their length.
      if (!/^([A-Z0-9_]+_SECRET(_\d+)?|EARLY_[A-Z_]+|ECH_[A-Z_]+) /.test(line)) this.malformedLines += 1;
      return;
    }
    if (!LABELS.has(label)) return;
    this.#add(label, random.toLowerCase(), Buffer.from(secret, "hex"));
  }

  #add(label: string, random: string, secret: Buffer): void {
    const known = this.#secrets.get(random) ?? new Map<string, Uint8Array>();
    const before = known.get(label);
    if (before !== undefined && secret.equals(before)) return;
    known.set(label, Uint8Array.from(secret));
    this.#secrets.set(random, known);
    this.revision += 1;
  }
}

/** Label, finder and secret. */
function fields(line: string): RegExpExecArray | undefined {
  for (const pattern of LINES) {
    const found = pattern.exec(line);
    if (found !== null) return found;
  }
  return undefined;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("hex");
}
