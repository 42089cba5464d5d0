// What ends a command of the server's program with a sentence in place of a result.

/** `usage`: the command line, exit code 2. `failed`: all else, exit code 1. */
export type CommandErrorCode = "usage" | "failed";

export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly code: CommandErrorCode;

  constructor(code: CommandErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
