// Looks for known secrets in streams, also across the borders of chunks; tells where, never what.
import { encodeSecretForms, type SecretForm } from "./secret-form.js";

export interface SecretSighting {
  /** Which of the secrets, from 1, as the file lists them. */
  readonly secret: number;
  /** "as it is", "base64"... */
  readonly form: string;
  /** Stream offset and length of what was found. */
  readonly offset: number;
  readonly length: number;
}

interface Needle extends SecretForm {
  readonly secret: number;
}

/** Secrets with their forms, prepared once for all conversations. */
export class SecretList {
  readonly needles: readonly Needle[];
  /** A match may begin so many bytes before a chunk. */
  readonly reachBytes: number;
  readonly count: number;

  /** Each secret as bytes; empty ones are left out. */
  constructor(secrets: readonly Uint8Array[]) {
    const wanted = secrets.filter((secret) => secret.length > 0);
    this.count = wanted.length;
    this.needles = wanted.flatMap((bytes, index) =>
      encodeSecretForms(bytes).map((form) => ({ ...form, secret: index + 1 })),
    );
    this.reachBytes = this.needles.reduce((reach, { bytes }) => Math.max(reach, bytes.length - 1), 0);
  }

  /** One secret a line; the line ends are not part of them. */
  static decode(text: Uint8Array): SecretList {
    const lines = Buffer.from(text).toString("latin1").split(/\r?\n/);
    return new SecretList(lines.map((line) => Buffer.from(line, "latin1")));
  }

  /** The text with every form of every secret taken out, so that no report can give one away. */
  redact(text: string): string {
    let clean = text;
    for (const { bytes } of this.needles) {
      const needle = Buffer.from(bytes).toString("utf8");
      if (clean.includes(needle)) clean = clean.replaceAll(needle, "[secret]");
    }
    return clean;
  }
}

/** One direction of one conversation. Each secret is told once in each of its forms. */
export class SecretSearch {
  readonly #list: SecretList;
  readonly #told = new Set<Needle>();
  #tail: Uint8Array = new Uint8Array(0);

  constructor(list: SecretList) {
    this.#list = list;
  }

  push(bytes: Uint8Array, offset: number): SecretSighting[] {
    const tail = this.#tail;
    // Only as much of the chunk as a match that begins in the tail can reach; the rest is searched in place.
    const border = Buffer.concat([tail, bytes.subarray(0, this.#list.reachBytes)]);
    const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const sightings: SecretSighting[] = [];
    for (const needle of this.#list.needles) {
      if (this.#told.has(needle)) continue;
      const at = tail.length === 0 ? -1 : border.indexOf(needle.bytes);
      const found = at >= 0 ? at - tail.length : whole.indexOf(needle.bytes);
      if (at < 0 && found < 0) continue;
      this.#told.add(needle);
      const { secret, name, bytes: form } = needle;
      sightings.push({ secret, form: name, offset: offset + found, length: form.length });
    }
    this.#keepTail(bytes, border);
    return sightings;
  }

  /** Bytes are missing here: nothing can be found across. */
  gap(): void {
    this.#tail = new Uint8Array(0);
  }

  #keepTail(bytes: Uint8Array, border: Uint8Array): void {
    const { reachBytes } = this.#list;
    if (reachBytes === 0) return;
    const source = bytes.length >= reachBytes ? bytes : border;
    this.#tail = source.slice(Math.max(0, source.length - reachBytes));
  }
}
