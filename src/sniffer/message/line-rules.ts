// What the lines of each text protocol mean: credentials, the wish for TLS, and the answer that grants it.
import { type Credential, hashedPassword, maskedCredential, shownCredential } from "./credential.js";
import { fieldCredentials } from "./http-credentials.js";

export type LineProtocol = "smtp" | "ftp" | "pop3" | "imap" | "rtsp" | "sip";

export interface LineRule {
  /** The command that asks for TLS (for IMAP its tag), or undefined. */
  readonly wantsTls: (line: string) => string | undefined;
  /** Undefined when the server's line is not the answer. */
  readonly accepts: (line: string, asked: string) => boolean | undefined;
  readonly credentials: (line: string) => Credential[];
  /** The server's line that ends an exchange of SASL; what asks for more begins with 334 or +. */
  readonly endsSasl: RegExp;
}

const never = (): undefined => undefined;

export const LINE_RULES: Record<LineProtocol, LineRule> = {
  smtp: {
    wantsTls: (line) => (/^STARTTLS\s*$/i.test(line) ? "STARTTLS" : undefined),
    accepts: (line) => (/^\d{3} /.test(line) ? line.startsWith("220") : undefined),
    credentials: () => [],
    endsSasl: /^(?!334)\d{3} /,
  },
  ftp: {
    wantsTls: (line) => (/^AUTH (TLS|SSL|TLS-C)\s*$/i.test(line) ? "AUTH" : undefined),
    accepts: (line) => (/^\d{3} /.test(line) ? line.startsWith("234") : undefined),
    credentials: (line) => userAndPass("ftp", line),
    endsSasl: /^(?!334)\d{3} /,
  },
  pop3: {
    wantsTls: (line) => (/^STLS\s*$/i.test(line) ? "STLS" : undefined),
    accepts: (line) => (/^[+-]/.test(line) ? line.startsWith("+OK") : undefined),
    credentials: (line) => [...userAndPass("pop3", line), ...apop(line)],
    endsSasl: /^(?:\+OK|-ERR)/,
  },
  imap: {
    wantsTls: (line) => /^(\S+) STARTTLS\s*$/i.exec(line)?.[1],
    accepts: (line, tag) => (line.startsWith(`${tag} `) ? /^\S+ OK\b/i.test(line) : undefined),
    credentials: imapLogin,
    endsSasl: /^[^*+ ]\S* (?:OK|NO|BAD)\b/i,
  },
  rtsp: { wantsTls: never, accepts: never, credentials: (line) => headerLine("rtsp", line), endsSasl: /^/ },
  sip: { wantsTls: never, accepts: never, credentials: (line) => headerLine("sip", line), endsSasl: /^/ },
};

export function isLineProtocol(application: string): application is LineProtocol {
  return Object.hasOwn(LINE_RULES, application);
}

function userAndPass(protocol: LineProtocol, line: string): Credential[] {
  const match = /^(USER|PASS) +(.*\S)\s*$/i.exec(line);
  const [, command, text] = match ?? [];
  if (command === undefined || text === undefined) return [];
  const name = command.toUpperCase();
  const place = { field: `${protocol} ${name}`, at: line.indexOf(text, command.length), length: text.length };
  return [
    name === "USER" ? shownCredential("username", text, place) : maskedCredential("password", text.length, place),
  ];
}

/** RFC 1939, 7: a digest of the greeting with the password. */
function apop(line: string): Credential[] {
  const [, name, digest] = /^APOP +(\S+) +([0-9a-f]{32})\s*$/i.exec(line) ?? [];
  if (name === undefined || digest === undefined) return [];
  const field = "pop3 APOP";
  return [
    shownCredential("username", name, { field, at: line.indexOf(name, 4), length: name.length }),
    hashedPassword({ field, at: line.lastIndexOf(digest), length: digest.length }),
  ];
}

/** RFC 9051, 6.2.3; names and passwords that come as literals stand in lines of their own. */
function imapLogin(line: string): Credential[] {
  const match = /^\S+ LOGIN ("(?:[^"\\]|\\.)*"|[^\s"{]+) ("(?:[^"\\]|\\.)*"|[^\s"{]+)\s*$/i.exec(line);
  const [, name, password] = match ?? [];
  if (name === undefined || password === undefined) return [];
  const nameAt = line.indexOf(name, line.toUpperCase().indexOf("LOGIN") + 5);
  const passwordAt = line.indexOf(password, nameAt + name.length);
  return [imapArgument("username", name, nameAt), imapArgument("password", password, passwordAt)].flat();
}

/** An atom or a quoted string, as it stands. */
export function imapArgument(what: "username" | "password", raw: string, at: number): Credential[] {
  const text = raw.startsWith('"') ? raw.slice(1, -1).replace(/\\(.)/g, "$1") : raw;
  if (text === "") return [];
  const place = {
    field: "imap LOGIN",
    at: raw.startsWith('"') ? at + 1 : at,
    length: raw.startsWith('"') ? raw.length - 2 : raw.length,
  };
  return [what === "username" ? shownCredential(what, text, place) : maskedCredential(what, text.length, place)];
}

/** RTSP and SIP have the header fields of HTTP (RFC 2326, 12.5; RFC 3261, 22). */
function headerLine(protocol: LineProtocol, line: string): Credential[] {
  const [, name = "", space = "", value = ""] = /^([\w-]{1,64})\s{0,9}:([ \t]*)(.*\S)/.exec(line) ?? [];
  if (!/^(?:proxy-)?authorization$/i.test(name)) return [];
  const from = line.length - line.trimStart().length + line.indexOf(":") + 1 + space.length;
  return fieldCredentials(name.toLowerCase(), value).map((found) => {
    return { ...found, field: found.field.replace(/^http/, protocol), at: from + found.at };
  });
}
