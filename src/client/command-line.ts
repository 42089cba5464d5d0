// The `client` program around a command: reads arguments, shows the answer or the failure, gives the exit status.
import { formatAnswer, formatFailure, formatFailureText } from "./answer.js";
import { ClientError, EXIT_STATUS } from "./client-error.js";
import { commandOverview, decodeArguments, type Invocation } from "./invocation.js";

/** Runs the program and returns its exit status. */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  if (args.length === 0) {
    process.stderr.write(commandOverview());
    return EXIT_STATUS.usage;
  }
  const json = args.includes("--json");
  const interruption = new AbortController();
  const onInterrupt = () => interruption.abort();
  process.once("SIGINT", onInterrupt);
  // Without these a reader that left, or a full disk, would end the process with a stack in place of its status.
  process.stdout.on("error", () => undefined);
  process.stderr.on("error", () => undefined);
  let invocation: Invocation | undefined;
  try {
    invocation = await decodeArguments(args);
    if (invocation === undefined) return 0;
    await answer(invocation, interruption.signal);
    return 0;
  } catch (error) {
    return reportFailure(error, invocation, json);
  } finally {
    process.off("SIGINT", onInterrupt);
  }
}

async function answer(invocation: Invocation, signal: AbortSignal): Promise<void> {
  const { env, stdout } = process;
  const surroundings = { env, stdin: () => process.stdin, print, columns: stdout.columns, warn, signal };
  // Loaded only now, so that help and mistakes in the arguments are answered at once.
  if (invocation.command === "call") {
    const { runCall } = await import("./call/call-run.js");
    return runCall(invocation, surroundings);
  }
  const { runCommand } = await import("./command-run.js");
  const given = await runCommand(invocation, surroundings);
  if (given !== undefined) await print(formatAnswer(given, invocation.command, invocation.flags.json === true));
}

/**
 * False when the reader left, as in `client whoami | head -0`. Throws ClientError "file_unusable" when the answer went
 * nowhere for another reason.
 */
function print(text: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => {
      const code = error && "code" in error ? String(error.code) : undefined;
      if (code === undefined || code === "EPIPE") return resolve(code === undefined);
      const message = `It was done, but the answer could not be written to standard output (${code}).`;
      reject(new ClientError("file_unusable", message, { cause: error }));
    });
  });
}

function reportFailure(error: unknown, invocation: Invocation | undefined, json: boolean): number {
  const failure = error instanceof ClientError ? error : unexpected(error);
  if (json) process.stdout.write(formatFailure(failure, invocation?.command ?? null));
  else process.stderr.write(formatFailureText(failure));
  return EXIT_STATUS[failure.code];
}

/** A bug in this program. Its name only: a message or a stack may hold what the user typed. */
function unexpected(error: unknown): ClientError {
  const what = error instanceof Error ? error.name : "unknown";
  return new ClientError("server_failed", `Something went wrong in the client (${what}); please report it.`, {
    cause: error,
  });
}

function warn(text: string): void {
  process.stderr.write(`client: ${text}\n`);
}
