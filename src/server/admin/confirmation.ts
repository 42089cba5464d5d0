// Asks the administrator, on the terminal, before what cannot be undone.

import { createInterface } from "node:readline/promises";
import type { Readable, Writable } from "node:stream";
import { CommandError } from "../command-error.js";

export interface Asking {
  readonly input: Readable & { readonly isTTY?: boolean };
  /** Standard error, so that the answer of the command stays alone on standard output. */
  readonly output: Writable;
}

/** Whether the answer to the question is `expected`. @throws CommandError when nobody can be asked */
export async function isConfirmed(question: string, expected: string, { input, output }: Asking): Promise<boolean> {
  if (input.isTTY !== true) {
    throw new CommandError("usage", "nobody can be asked, for standard input is no terminal; to go on, add --yes");
  }
  const terminal = createInterface({ input, output });
  const interrupted = new AbortController();
  terminal.once("SIGINT", () => interrupted.abort());
  terminal.once("close", () => interrupted.abort());
  try {
    return (await terminal.question(question, { signal: interrupted.signal })).trim() === expected;
  } catch {
    output.write("\n");
    return false;
  } finally {
    terminal.close();
  }
}
