// What the lines of each text protocol mean: credentials, the wish for TLS, and the answer that grants it.

export type LineProtocol = "smtp" | "ftp" | "pop3" | "imap";

export interface LineCredential {
  readonly what: "username" | "password";
  readonly text: string;
  /** Where it begins in the line. */
  readonly at: number;
  readonly field: string;
}

export interface LineRule {
  /** The command that asks for TLS (for IMAP its tag), or undefined. */
  readonly wantsTls: (line: string) => string | undefined;
  /** Undefined when the server's line is not the answer. */
  readonly accepts: (line: string, asked: string) => boolean | undefined;
  readonly credentials: (line: string) => LineCredential[];
}

export const LINE_RULES: Record<LineProtocol, LineRule> = {
  smtp: {
    wantsTls: (line) => (/^STARTTLS\s*$/i.test(line) ? "STARTTLS" : undefined),
    accepts: (line) => (/^\d{3} /.test(line) ? line.startsWith("220") : undefined),
    credentials: () => [],
  },
  ftp: {
    wantsTls: (line) => (/^AUTH (TLS|SSL|TLS-C)\s*$/i.test(line) ? "AUTH" : undefined),
    accepts: (line) => (/^\d{3} /.test(line) ? line.startsWith("234") : undefined),
    credentials: userAndPass,
  },
  pop3: {
    wantsTls: (line) => (/^STLS\s*$/i.test(line) ? "STLS" : undefined),
    accepts: (line) => (/^[+-]/.test(line) ? line.startsWith("+OK") : undefined),
    credentials: userAndPass,
  },
  imap: {
    wantsTls: (line) => /^(\S+) STARTTLS\s*$/i.exec(line)?.[1],
    accepts: (line, tag) => (line.startsWith(`${tag} `) ? /^\S+ OK\b/i.test(line) : undefined),
    credentials: imapLogin,
  },
};

export function isLineProtocol(application: string): application is LineProtocol {
  return Object.hasOwn(LINE_RULES, application);
}

function userAndPass(line: string): LineCredential[] {
  const match = /^(USER|PASS) +(.*\S)\s*$/i.exec(line);
  const [, command, text] = match ?? [];
  if (command === undefined || text === undefined) return [];
  const what = command.toUpperCase() === "USER" ? "username" : "password";
  return [{ what, text, at: line.indexOf(text, command.length), field: command.toUpperCase() }];
}

/** RFC 9051, 6.2.3; names and passwords that come as literals stand in lines of their own and are passed over. */
function imapLogin(line: string): LineCredential[] {
  const match = /^\S+ LOGIN ("(?:[^"\\]|\\.)*"|[^\s"{]+) ("(?:[^"\\]|\\.)*"|[^\s"{]+)\s*$/i.exec(line);
  const [, name, password] = match ?? [];
  if (name === undefined || password === undefined) return [];
  const nameAt = line.indexOf(name, line.toUpperCase().indexOf("LOGIN") + 5);
  return [
    { what: "username", text: unquoted(name), at: nameAt, field: "LOGIN" },
    { what: "password", text: unquoted(password), at: line.indexOf(password, nameAt + name.length), field: "LOGIN" },
  ];
}

function unquoted(text: string): string {
  return text.startsWith('"') ? text.slice(1, -1).replace(/\\(.)/g, "$1") : text;
}
