// Reads the head of an HTTP/1 message: how long its body is (RFC 9112, 6.3), and which credentials it gives away
// (RFC 7617 Basic, RFC 6750 Bearer, RFC 6265 cookies).
import type { Side } from "../event.js";
import type { Credential } from "./credential.js";
import type { BodyLength } from "./http-body.js";
import { fieldCredentials, targetCredentials } from "./http-credentials.js";
import type { TextLine } from "./text-lines.js";

export interface HttpHead {
  readonly start: TextLine;
  readonly headers: readonly TextLine[];
}

export interface HeadCredential {
  readonly what: string;
  readonly value: string;
  readonly field: string;
  readonly frame: number;
  readonly offset: number;
  readonly length: number;
}

/** True when the text begins with a line that can only begin a message of this side. */
export function takesLine(side: Side, text: string): boolean {
  return side === "client"
    ? /^[A-Z]{3,20} \S+ HTTP\/1\.[01]\r?\n/.test(text)
    : /^HTTP\/1\.[01] \d{3}[ \r\n]/.test(text);
}

/** `answered` is given for responses: their status, and the method that they answer. */
export function bodyOf(
  head: HttpHead,
  answered: { status: string; method: string | undefined } | undefined,
): BodyLength {
  if (answered !== undefined) {
    const bodiless = /^(1\d\d|204|304)$/.test(answered.status) || answered.method === "HEAD";
    if (bodiless) return { kind: "none" };
  }
  if (/\bchunked\s*$/i.test(header(head, "transfer-encoding") ?? "")) return { kind: "chunked" };
  const length = header(head, "content-length");
  if (length !== undefined && /^\d{1,15}$/.test(length)) return { kind: "length", bytes: Number(length) };
  return answered === undefined ? { kind: "none" } : { kind: "until_close" };
}

export function headCredentials(head: HttpHead): HeadCredential[] {
  // The version ends the line, not the last parameter's value.
  const line = head.start.text.replace(/ HTTP\/1\.[01]\s*$/, "");
  const target = targetCredentials(line).map((found) => placed(found, head.start, 0));
  return [...target, ...head.headers.flatMap(lineCredentials)];
}

function lineCredentials(line: TextLine): HeadCredential[] {
  const [, name = "", space = "", value = ""] = /^([\w-]{1,64}):([ \t]*)(.*\S)/.exec(line.text) ?? [];
  return fieldCredentials(name.toLowerCase(), value).map((found) =>
    placed(found, line, name.length + 1 + space.length),
  );
}

function placed({ at, ...found }: Credential, line: TextLine, from: number): HeadCredential {
  return { ...found, frame: line.frame, offset: line.offset + from + at };
}

export function header(head: HttpHead, name: string): string | undefined {
  for (const { text } of head.headers) {
    const colon = text.indexOf(":");
    if (colon === name.length && text.slice(0, colon).toLowerCase() === name) return text.slice(colon + 1).trim();
  }
  return undefined;
}
