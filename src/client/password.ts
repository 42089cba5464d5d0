// What a password has to be, and how it is read from standard input.
import { ClientError } from "./client-error.js";
import { refusedField } from "./error-translation.js";

/** Of a request, that holds a password which somebody has just chosen. */
export type NewPasswordField = "password" | "new_password";

/** Longest line taken, in bytes: 128 code points fit with room for decomposed forms (NFC makes them shorter). */
export const MAX_PASSWORD_BYTES = 4_096;
const MIN_CODE_POINTS = 15;
const MAX_CODE_POINTS = 128;

/** Quick help before a new password is sent; the server decides. Throws ClientError "invalid_field". */
export function checkNewPassword(password: string, field: NewPasswordField = "password"): void {
  const length = [...password.normalize("NFC")].length;
  if (length >= MIN_CODE_POINTS && length <= MAX_CODE_POINTS) return;
  const fault = length < MIN_CODE_POINTS ? "short" : "long";
  const message = `That password is too ${fault}: it takes ${MIN_CODE_POINTS} to ${MAX_CODE_POINTS} characters, and a few unusual words do well.`;
  throw new ClientError("invalid_field", message, { field });
}

/** All of the rules, for a password that no server will see. `username` is in lower case. Throws ClientError "invalid_field". */
export async function checkPasswordRules(password: string, username: string, field: NewPasswordField): Promise<void> {
  // Its list of words is large, and few commands need it.
  const { passwordRefusal } = await import("../password/password-rules.js");
  const refusal = passwordRefusal(password, username);
  if (refusal !== undefined) throw refusedField({ ...refusal, field });
}

/** The first line of `input`, without its end. Leaves the rest unread. */
export async function readPasswordLine(input: AsyncIterable<Uint8Array>): Promise<string> {
  const [line = ""] = await readSecretLines(input, ["password"]);
  return line;
}

/** As many lines as `names`, which say what each should hold. Leaves the rest unread. Throws ClientError "usage". */
export async function readSecretLines(
  input: AsyncIterable<Uint8Array>,
  names: readonly string[],
): Promise<readonly string[]> {
  const bytes = await readLines(input, names.length);
  const lines: string[] = [];
  for (const [index, name] of names.entries()) {
    const text = decodeUtf8(bytes[index] ?? new Uint8Array()).replace(/\r$/, "");
    const place = names.length === 1 ? "one line" : `line ${index + 1}`;
    if (text === "") throw new ClientError("usage", `Standard input holds no ${name}; write it there as ${place}.`);
    lines.push(text);
  }
  return lines;
}

async function readLines(input: AsyncIterable<Uint8Array>, count: number): Promise<readonly Uint8Array[]> {
  const ended: Uint8Array[] = [];
  let rest = Buffer.alloc(0);
  for await (const chunk of input) {
    rest = Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf(0x0a); end >= 0 && ended.length < count; end = rest.indexOf(0x0a)) {
      ended.push(boundedLine(rest.subarray(0, end)));
      rest = rest.subarray(end + 1);
    }
    if (ended.length === count) return ended;
    boundedLine(rest);
  }
  return [...ended, rest];
}

function boundedLine(line: Uint8Array): Uint8Array {
  if (line.length <= MAX_PASSWORD_BYTES) return line;
  throw new ClientError("usage", "A line of standard input is far too long for a password.");
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new ClientError("usage", "The password on standard input is not UTF-8.");
  }
}
