// Looks for the names and passwords that a person typed into a form or an app sent as JSON, in the first bytes of a
// request's body (WHATWG URL, 5.1; RFC 8259).
import { maskedCredential, shownCredential } from "./credential.js";
import { namedSecret } from "./http-credentials.js";
import { SpreadBytes } from "./spread-bytes.js";

export interface BodyCredential {
  readonly what: string;
  readonly value: string;
  readonly field: string;
  readonly offset: number;
  readonly length: number;
}

type BodyKind = "form" | "json";

const MAX_SCANNED_BYTES = 0x4000;
const MAX_FOUND = 16;

export class BodyCredentials {
  readonly #kind: BodyKind;
  readonly #bytes = new SpreadBytes();

  /** Undefined where a body of this content type is not looked into. */
  static of(contentType: string | undefined): BodyCredentials | undefined {
    if (/^application\/x-www-form-urlencoded\b/i.test(contentType ?? "")) return new BodyCredentials("form");
    return /^application\/(?:[\w.-]{1,64}\+)?json\b/i.test(contentType ?? "") ? new BodyCredentials("json") : undefined;
  }

  private constructor(kind: BodyKind) {
    this.#kind = kind;
  }

  push(bytes: Uint8Array, offset: number): void {
    this.#bytes.push(bytes.subarray(0, MAX_SCANNED_BYTES - this.#bytes.length), offset);
  }

  found(): BodyCredential[] {
    const found: BodyCredential[] = [];
    const text = Buffer.from(this.#bytes.bytes).toString("latin1");
    for (const { 0: all, 1: rawName = "", 2: raw = "", index } of text.matchAll(PATTERNS[this.#kind])) {
      const value = VALUES[this.#kind](raw);
      const what = namedSecret(rawName) ?? (USER_NAME.test(rawName) ? "username" : undefined);
      if (what === undefined || value === "") continue;
      const place = { field: `http ${this.#kind} ${rawName}`, at: index + all.lastIndexOf(raw), length: raw.length };
      const { at, length, ...shown } =
        what === "username"
          ? shownCredential(what, value, place)
          : maskedCredential(what, Buffer.byteLength(value), place);
      found.push({ ...shown, ...this.#bytes.place(at, length) });
      if (found.length >= MAX_FOUND) break;
    }
    return found;
  }
}

const USER_NAME = /^(?:user(?:_?(?:name|id))?|login|e?-?mail|log|uid|account|j_username|name)$/i;

const PATTERNS: Record<BodyKind, RegExp> = {
  form: /(?<=^|&)([^=&]{1,64})=([^&]+)/g,
  json: /"([^"\\]{1,64})"\s{0,64}:\s{0,64}"((?:[^"\\]|\\.)*)"?/g,
};

const VALUES: Record<BodyKind, (raw: string) => string> = {
  form: (raw) => {
    const spaced = raw.replaceAll("+", " ").trimEnd();
    // Byte by byte, since decodeURIComponent throws at what is no UTF-8.
    const bytes = spaced.replace(/%([0-9a-f]{2})/gi, (_all, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
    return Buffer.from(bytes, "latin1").toString("utf8");
  },
  json: (raw) => {
    try {
      const value: unknown = JSON.parse(`"${Buffer.from(raw, "latin1").toString("utf8")}"`);
      return String(value);
    } catch {
      return raw;
    }
  },
};
