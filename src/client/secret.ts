// Where the secrets of a command come from: --password-stdin, the environment, or a hidden prompt; never an argument.
import { ClientError } from "./client-error.js";
import { checkNewPassword, readSecretLines } from "./password.js";
import type { Surroundings } from "./server-link.js";
import type { Terminal } from "./terminal.js";

/** One that a command needs. */
export interface Secret {
  /** As messages call it. */
  readonly name: string;
  readonly variable: "EARSHOT_PASSWORD" | "EARSHOT_NEW_PASSWORD" | "EARSHOT_RESET_CODE";
  readonly question: string;
  /** The field of a new password, which is asked for twice and checked before it is sent. */
  readonly newField?: "password" | "new_password";
}

/**
 * What standard input or the environment gives, in the order of `wanted`; undefined for what has to be asked for.
 * Throws ClientError "usage", and "invalid_field" for a new password that cannot be one.
 */
export async function givenSecrets(
  wanted: readonly Secret[],
  fromStdin: boolean,
  { env, stdin }: Surroundings,
): Promise<readonly (string | undefined)[]> {
  const given = fromStdin ? await linesOf(stdin(), wanted) : wanted.map(({ variable }) => env[variable] || undefined);
  for (const [index, { newField }] of wanted.entries()) {
    const secret = given[index];
    if (secret !== undefined && newField !== undefined) checkNewPassword(secret, newField);
  }
  return given;
}

async function linesOf(
  stdin: ReturnType<Surroundings["stdin"]>,
  wanted: readonly Secret[],
): Promise<readonly string[]> {
  if (stdin.isTTY === true) {
    throw new ClientError("usage", "Standard input is a terminal; leave out --password-stdin to be asked instead.");
  }
  const names = wanted.map(({ name }) => name);
  return readSecretLines(stdin, names);
}

/** Asks once, or twice for a new password: nobody sees what they type. */
export async function askSecret(terminal: Terminal, { name, question, newField }: Secret): Promise<string> {
  const secret = await terminal.askHidden(question);
  if (secret === "") throw new ClientError("usage", `No ${name} was typed.`);
  if (newField === undefined) return secret;
  checkNewPassword(secret, newField);
  if ((await terminal.askHidden("The same again: ")) !== secret) {
    throw new ClientError("usage", "The two passwords differ; nothing was sent.");
  }
  return secret;
}
