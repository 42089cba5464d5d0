// The JSON document of an export, piece by piece as the parts come: parts in, text out, nothing kept.
import type { ExportedAccount, ExportPart, SecurityEvent } from "../account-values.js";
import { ClientError } from "../client-error.js";
import { printableJson } from "../printable-text.js";
import { sessionFields } from "./session-commands.js";

type Kind = ExportPart["kind"];
/** The order of the document, which is that of the server. */
const ORDER: readonly Kind[] = ["account", "session", "event"];

export class ExportDocument {
  readonly #layout: Layout;
  readonly #counts = { account: 0, session: 0, event: 0 };
  #section: Kind = "account";

  /** On one line it is for programs, and has `ok` for its last member: only then is it whole. */
  constructor(form: "lines" | "one_line") {
    this.#layout = form === "lines" ? LINES : ONE_LINE;
  }

  get sessions(): number {
    return this.#counts.session;
  }

  get events(): number {
    return this.#counts.event;
  }

  /** The next piece of text. Throws ClientError "bad_answer" for parts out of order. */
  push(part: ExportPart): string {
    if (this.#counts.account === 0 ? part.kind !== "account" : part.kind === "account") throw outOfOrder();
    this.#counts[part.kind] += 1;
    if (part.kind === "account") return this.#layout.begin(accountFields(part.account));
    const fields = part.kind === "session" ? sessionFields(part.session) : eventFields(part.event);
    const opening = this.#sectionsUpTo(part.kind);
    return `${opening}${this.#counts[part.kind] === 1 ? "" : ","}${this.#layout.entry(fields)}`;
  }

  /** What ends the document. Throws ClientError "bad_answer" when there was no account. */
  finish(): string {
    if (this.#counts.account === 0) throw outOfOrder();
    return this.#sectionsUpTo("event") + this.#endOfSection() + this.#layout.end;
  }

  #sectionsUpTo(kind: Kind): string {
    let text = "";
    while (this.#section !== kind) {
      const next = ORDER[ORDER.indexOf(this.#section) + 1];
      if (next === undefined) throw outOfOrder();
      text += this.#endOfSection() + this.#layout.section(next === "session" ? "sessions" : "events");
      this.#section = next;
    }
    return text;
  }

  #endOfSection(): string {
    if (this.#section === "account") return "";
    return this.#counts[this.#section] === 0 ? "]" : this.#layout.endOfSection;
  }
}

/** As the schema names them. */
export function eventFields({ eventId, kind, at, address, sessionId }: SecurityEvent): Record<string, unknown> {
  const session = sessionId === undefined ? {} : { session_id: sessionId };
  return { at: at.toISOString(), kind, address, ...session, event_id: eventId };
}

interface Layout {
  begin(account: object): string;
  section(name: string): string;
  entry(fields: object): string;
  readonly endOfSection: string;
  readonly end: string;
}

/** For people: an entry a line. */
const LINES: Layout = {
  begin: (account) => `{\n  "account": ${indented(account)}`,
  section: (name) => `,\n  "${name}": [`,
  entry: (fields) => `\n    ${spaced(fields)}`,
  endOfSection: "\n  ]",
  end: "\n}\n",
};
const ONE_LINE: Layout = {
  begin: (account) => `{"command":"export","account":${printableJson(JSON.stringify(account))}`,
  section: (name) => `,"${name}":[`,
  entry: (fields) => printableJson(JSON.stringify(fields)),
  endOfSection: "]",
  end: ',"ok":true}\n',
};

/** A string in JSON holds no line end, so that only those between members are found. */
function spaced(fields: object): string {
  return printableJson(JSON.stringify(fields, undefined, 1).replace(/\n */g, " "));
}

function indented(fields: object): string {
  return printableJson(JSON.stringify(fields, undefined, 2).replaceAll("\n", "\n  "));
}

function accountFields(account: ExportedAccount): Record<string, unknown> {
  return {
    username: account.username,
    account_id: account.accountId,
    created_at: account.createdAt.toISOString(),
    request_id: account.requestId,
    password_changes: account.passwordChanges,
    logins: account.logins,
    last_login_at: account.lastLoginAt?.toISOString() ?? null,
    reset_code_expires_at: account.resetCodeExpiresAt?.toISOString() ?? null,
  };
}

function outOfOrder(): ClientError {
  return new ClientError("bad_answer", "The server sent an export that makes no sense; client and server may not fit.");
}
