// Reads the head of an HTTP/1 message: how long its body is (RFC 9112, 6.3), and which credentials it gives away
// (RFC 7617 Basic, RFC 6750 Bearer, RFC 6265 cookies).
import type { Side } from "../event.js";
import { redactedText } from "./decode-message.js";
import type { BodyLength } from "./http-body.js";
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

/** Parameters of a query whose values may open doors are masked. */
export function shownTarget(target: string): string {
  return target.replace(
    /([?&;][^=&;]*(?:pass|pwd|secret|token|auth|key|session|sig|code)[^=&;]*=)([^&;#]+)/gi,
    (_all, name: string, value: string) => name + redactedText(value.length),
  );
}

export function headCredentials(head: HttpHead): HeadCredential[] {
  return head.headers.flatMap((line) => {
    const match = /^(authorization|proxy-authorization|cookie|set-cookie):[ \t]*(.*\S)\s*$/i.exec(line.text);
    const [, name = "", value = ""] = match ?? [];
    return match === null ? [] : credentialsOf(line, name.toLowerCase(), value, line.text.lastIndexOf(value));
  });
}

function credentialsOf(line: TextLine, name: string, value: string, at: number): HeadCredential[] {
  const place = (from: number, length: number) => ({ frame: line.frame, offset: line.offset + from, length });
  const [, scheme = "", secret = ""] = /^(\S+) +(\S.*)$/.exec(value) ?? [];
  const field = `http ${name}`;
  if (name.endsWith("cookie")) {
    return [{ what: "cookie", value: redactedText(value.length), field, ...place(at, value.length) }];
  }
  const where = place(at + value.length - secret.length, secret.length);
  if (/^basic$/i.test(scheme)) return basic(secret, field, where);
  const what = /^bearer$/i.test(scheme) ? "session token" : `${scheme || "unnamed"} credentials`;
  return [{ what, value: redactedText(secret.length), field, ...where }];
}

function basic(
  secret: string,
  field: string,
  where: Pick<HeadCredential, "frame" | "offset" | "length">,
): HeadCredential[] {
  const text = Buffer.from(secret, "base64").toString("utf8");
  const colon = text.indexOf(":");
  if (colon < 0) return [{ what: "password", value: redactedText(secret.length), field, ...where }];
  return [
    { what: "username", value: text.slice(0, colon), field, ...where },
    { what: "password", value: redactedText(Buffer.byteLength(text.slice(colon + 1))), field, ...where },
  ];
}

function header(head: HttpHead, name: string): string | undefined {
  for (const { text } of head.headers) {
    const colon = text.indexOf(":");
    if (colon === name.length && text.slice(0, colon).toLowerCase() === name) return text.slice(colon + 1).trim();
  }
  return undefined;
}
