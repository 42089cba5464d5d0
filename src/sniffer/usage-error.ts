// What a person wrote on the command line cannot be meant.

/** The message says which argument is wrong and what it may be. Exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
