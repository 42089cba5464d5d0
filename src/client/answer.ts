// What a finished command shows: sentences for people, or with --json one object for programs.
import type { Account } from "./account-values.js";
import { type ClientError, EXIT_STATUS } from "./client-error.js";
import { printableJson, printableText } from "./printable-text.js";

export interface Answer {
  readonly text: readonly string[];
  /** Members of the JSON object after `ok` and `command`. */
  readonly fields: Readonly<Record<string, unknown>>;
}

export function accountFields({ username, accountId }: Account): Record<string, string> {
  return { username, account_id: accountId };
}

/** A time for people, to the minute, in UTC. */
export function minuteOf(time: Date): string {
  return `${time.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** The same to the second. */
export function secondOf(time: Date): string {
  return `${time.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

export function formatAnswer(answer: Answer, command: string, json: boolean): string {
  if (json) return jsonLine({ ok: true, command, ...answer.fields });
  return answer.text.map((line) => `${printableText(line, 600)}\n`).join("");
}

/** The JSON object of a failure. `command` is null when the command line was not understood. */
export function formatFailure(error: ClientError, command: string | null): string {
  const { status, code, message, field, retryAfterMs, details: added } = error;
  const details = {
    code: status,
    reason: code,
    message,
    field,
    retry_after_ms: retryAfterMs,
    details: added?.length === 0 ? undefined : added,
    exit_status: EXIT_STATUS[code],
  };
  return jsonLine({ ok: false, command, error: details });
}

/** The same for people: a sentence, and below it what the server added. */
export function formatFailureText({ message, details = [] }: ClientError): string {
  const added = details.map((detail) => `  ${printableText(JSON.stringify(detail), 2_000)}\n`);
  return [`client: ${message}\n`, ...added].join("");
}

/** One object on one line; what a terminal would obey is escaped. */
export function jsonLine(value: object): string {
  return `${printableJson(JSON.stringify(value))}\n`;
}
