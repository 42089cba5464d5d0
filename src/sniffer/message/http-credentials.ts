// Which credentials the header fields and the target of an HTTP message of any version give away (RFC 7617 Basic,
// RFC 6750 Bearer, RFC 7616 Digest, RFC 6265 cookies), masked where they must not be shown.
import { type Credential, shownCredential } from "./credential.js";
import { redactedText } from "./decode-message.js";

/** Of a header field: `name` in lower case. */
export function fieldCredentials(name: string, value: string): Credential[] {
  const what = WHOLE_SECRETS.get(name) ?? namedField(name);
  if (what !== undefined && value !== "") return [secret(what, `http ${name}`, value, 0)];
  return AUTHORIZATIONS.has(name) ? authorization(`http ${name}`, value) : [];
}

/** True for fields whose value must not be shown. */
export function isSecretField(name: string): boolean {
  return WHOLE_SECRETS.has(name) || AUTHORIZATIONS.has(name) || SECRET_NAME.test(name);
}

/** Names that somebody made up for what opens doors. */
const SECRET_NAME =
  /token|secret|passw|credential|session|cookie|api-?key|subscription-key|csrf|xsrf|jwt|signature|assertion|^dpop$/;

function namedField(name: string): string | undefined {
  if (/passw(?:or)?d$/.test(name)) return "password";
  if (/(?:api|subscription)-?key$/.test(name)) return "API key";
  return /(?:^|-)(?:token|secret|jwt|dpop|session(?:-?id)?)$/.test(name) ? "session token" : undefined;
}

/** The scheme is no secret: "Bearer [redacted: 43 bytes]". */
export function maskedField(name: string, value: string): string {
  const scheme = AUTHORIZATIONS.has(name) ? (/^[A-Za-z][\w-]{0,31} +(?=\S)/.exec(value)?.[0] ?? "") : "";
  return scheme + redactedText(value.length - scheme.length);
}

const AUTHORIZATIONS: ReadonlySet<string> = new Set(["authorization", "proxy-authorization"]);

const WHOLE_SECRETS: ReadonlyMap<string, string> = new Map([
  ["cookie", "cookie"],
  ["set-cookie", "cookie"],
  ["x-api-key", "API key"],
  ["api-key", "API key"],
  ["x-goog-api-key", "API key"],
  ["x-auth-token", "session token"],
  ["x-access-token", "session token"],
  ["x-amz-security-token", "session token"],
]);

function secret(what: string, field: string, text: string, at: number): Credential {
  return { what, value: redactedText(text.length), field, at, length: text.length };
}

function authorization(field: string, value: string): Credential[] {
  const [, scheme = "", rest = ""] = /^(\S+) +(\S.*)$/.exec(value) ?? [];
  const at = value.length - rest.length;
  switch (scheme.toLowerCase()) {
    case "basic":
      return basic(field, rest, at);
    case "digest":
      return digest(field, rest, at);
    case "bearer":
    case "token":
      return [secret("session token", field, rest, at)];
    case "":
      return value === "" ? [] : [secret("unnamed credentials", field, value, 0)];
    default:
      return [secret(`${scheme} credentials`, field, rest, at)];
  }
}

function basic(field: string, base64: string, at: number): Credential[] {
  const text = Buffer.from(base64, "base64").toString("utf8");
  const colon = text.indexOf(":");
  const place = { field, at, length: base64.length };
  if (colon < 0) return [{ what: "password", value: redactedText(base64.length), ...place }];
  return [
    shownCredential("username", text.slice(0, colon), place),
    { what: "password", value: redactedText(Buffer.byteLength(text.slice(colon + 1))), ...place },
  ];
}

/** The response is a hash of the password with what else was said in the clear: guesses can be tried at home. */
export function digest(field: string, parameters: string, at: number): Credential[] {
  const found: Credential[] = [];
  const name = parameter(parameters, "username");
  if (name !== undefined) {
    found.push(shownCredential("username", name.text, { field, at: at + name.at, length: name.text.length }));
  }
  const response = parameter(parameters, "response");
  if (response !== undefined) {
    found.push(secret("hashed password", `${field} (open to guessing)`, response.text, at + response.at));
  }
  return found;
}

function parameter(text: string, name: string): { text: string; at: number } | undefined {
  const match = new RegExp(`(?:^|[,\\s])${name}\\s{0,9}=\\s{0,9}(?:"([^"]*)"|([^\\s,"]+))`, "i").exec(text);
  const value = match?.[1] ?? match?.[2];
  if (match === null || value === undefined || value === "") return undefined;
  return { text: value, at: match.index + match[0].lastIndexOf(value) };
}

/** Parameters of a query whose values may open doors are masked, and the password before a host. */
export function shownTarget(target: string): string {
  return target
    .replace(/^([a-z][a-z0-9+.-]{0,19}:\/\/[^/?#@:]*:)([^/?#@]+)(?=@)/i, masked)
    .replace(NAMED_VALUE, (all, name: string, value: string) =>
      SECRET_PARAMETER.test(name) || looksRandom(value) ? masked(all, name, value) : all,
    );
}

/** In a target: with what stands before its value ("?name="), and the value. */
export const NAMED_VALUE = /([?&;#][^?=&;#]*=)([^&;#]+)/g;

const SECRET_PARAMETER =
  /pass|pwd|secret|token|auth|key|session|sig|code|sid\b|jwt|otp|ticket|saml|assertion|cred|csrf|nonce/i;

const masked = (_all: string, name: string, value: string): string => name + redactedText(value.length);

/** Long, and of letters and digits without words: whatever it is called, it may open doors. */
function looksRandom(value: string): boolean {
  return /^[\w.~%+/=-]{16,}$/.test(value) && /\d/.test(value) && /[a-z]/i.test(value);
}

export function targetCredentials(target: string): Credential[] {
  const found: Credential[] = [];
  const query = target.indexOf("?");
  if (query < 0) return found;
  for (const { 0: all, 1: name = "", 2: value = "", index } of target.slice(query).matchAll(QUERY_PARAMETER)) {
    const what = namedSecret(name);
    if (what !== undefined) found.push(secret(what, "http target", value, query + index + all.length - value.length));
  }
  return found.slice(0, MAX_QUERY_SECRETS);
}

const QUERY_PARAMETER = /[?&;]([^=&;#]{1,64})=([^&;#]+)/g;
const MAX_QUERY_SECRETS = 16;

/** What a parameter of this name holds, where it is one that opens doors. */
export function namedSecret(name: string): "password" | "session token" | undefined {
  if (/pass(?:w(?:or)?d|phrase)?\d?$|pwd$/i.test(name)) return "password";
  return /(?:token|secret|api_?key|session(?:_?id)?)$/i.test(name) ? "session token" : undefined;
}
