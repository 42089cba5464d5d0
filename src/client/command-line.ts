// The `client` program around a command: reads arguments, shows the answer or the failure, gives the exit status.
import { formatAnswer, formatFailure } from "./answer.js";
import { ClientError, EXIT_STATUS } from "./client-error.js";
import { decodeArguments, type Invocation } from "./invocation.js";

/** Runs the program and returns its exit status. */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  const json = args.includes("--json");
  const interruption = new AbortController();
  const onInterrupt = () => interruption.abort();
  process.once("SIGINT", onInterrupt);
  // `client whoami | head -0` is no error of ours.
  process.stdout.on("error", () => undefined);
  let invocation: Invocation | undefined;
  try {
    invocation = await decodeArguments(args);
    if (invocation === undefined) return 0;
    process.stdout.write(await answerOf(invocation, interruption.signal));
    return 0;
  } catch (error) {
    return reportFailure(error, invocation, json);
  } finally {
    process.off("SIGINT", onInterrupt);
  }
}

async function answerOf(invocation: Invocation, signal: AbortSignal): Promise<string> {
  // Loaded only now, so that help and mistakes in the arguments are answered at once.
  const { runCommand } = await import("./command-run.js");
  const answer = await runCommand(invocation, { env: process.env, stdin: () => process.stdin, warn, signal });
  return formatAnswer(answer, invocation.command, invocation.flags.json === true);
}

function reportFailure(error: unknown, invocation: Invocation | undefined, json: boolean): number {
  const failure = error instanceof ClientError ? error : unexpected(error);
  if (json) process.stdout.write(formatFailure(failure, invocation?.command ?? null));
  else process.stderr.write(`client: ${failure.message}\n`);
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
