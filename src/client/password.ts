// Where a password may come from: --password-stdin, EARSHOT_PASSWORD, or a hidden prompt; never an argument.
import { ClientError } from "./client-error.js";
import { printableText } from "./printable-text.js";
import type { Terminal } from "./terminal.js";

/** Longest line taken, in bytes: 128 code points fit with room for decomposed forms (NFC makes them shorter). */
export const MAX_PASSWORD_BYTES = 4_096;
const MIN_CODE_POINTS = 15;
const MAX_CODE_POINTS = 128;

/** Asks once, or twice when `isNew`: nobody sees what they type. */
export async function askPassword(terminal: Terminal, username: string, isNew: boolean): Promise<string> {
  const whose = printableText(username, 60);
  const password = await terminal.askHidden(isNew ? `New password for ${whose}: ` : `Password for ${whose}: `);
  if (password === "") throw new ClientError("usage", "No password was typed.");
  if (!isNew) return password;
  checkNewPassword(password);
  if ((await terminal.askHidden("The same again: ")) !== password) {
    throw new ClientError("usage", "The two passwords differ; nothing was sent.");
  }
  return password;
}

/** Quick help before a new password is sent; the server decides. Throws ClientError "invalid_field". */
export function checkNewPassword(password: string): void {
  const length = [...password.normalize("NFC")].length;
  if (length >= MIN_CODE_POINTS && length <= MAX_CODE_POINTS) return;
  const fault = length < MIN_CODE_POINTS ? "short" : "long";
  const message = `That password is too ${fault}: it takes ${MIN_CODE_POINTS} to ${MAX_CODE_POINTS} characters, and a few unusual words do well.`;
  throw new ClientError("invalid_field", message, { field: "password" });
}

/** The first line of `input`, without its end. Leaves the rest unread. */
export async function readPasswordLine(input: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of input) {
    const end = chunk.indexOf(0x0a);
    chunks.push(end < 0 ? chunk : chunk.subarray(0, end));
    length += chunk.length;
    if (end >= 0) break;
    if (length > MAX_PASSWORD_BYTES) break;
  }
  const line = Buffer.concat(chunks);
  if (line.length > MAX_PASSWORD_BYTES) {
    throw new ClientError("usage", "The first line of standard input is far too long for a password.");
  }
  return decodePassword(line);
}

function decodePassword(line: Uint8Array): string {
  const text = decodeUtf8(line).replace(/\r$/, "");
  if (text === "") throw new ClientError("usage", "Standard input holds no password; write it there as one line.");
  return text;
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new ClientError("usage", "The password on standard input is not UTF-8.");
  }
}
