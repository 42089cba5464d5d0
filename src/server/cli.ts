// The command `server`: its options and commands, and how each ends: an exit code, and a sentence where something is wrong.

import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { RpcError } from "../rpc/index.js";
import { addAdminCommand } from "./admin/admin-command.js";
import { CertificateError } from "./certificate/certificate-error.js";
import { CommandError } from "./command-error.js";
import { commandOutput } from "./command-output.js";
import { addMigrateCommand } from "./migrate-command.js";
import { addServeOptions } from "./serve-options.js";
import { StoreError } from "./store/store-error.js";

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
const EXAMPLES = `
Examples:
  server --cert certs/                        development certificates are made in certs/ on the first run
  server --cert /etc/earshot --listen 0.0.0.0:7443 --listen [::]:7443 --listen unix:/run/earshot.sock
  EARSHOT_DATABASE='mysql://app:secret@db.example:3306/app?tls=verify' server --cert certs/
  server --cert certs/ --log-format json --metrics 9464
  server admin users
`;

/** Runs the command; `argv` is that of the process. Resolves with the exit code. */
export async function runServer(argv: readonly string[]): Promise<number> {
  // Who read our output went away, as `head` does, or the disk is full. That is no reason to stop serving.
  process.stdout.on("error", () => undefined);
  process.stderr.on("error", () => undefined);
  try {
    await serverCommand().parseAsync(argv);
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? 0 : EXIT_USAGE;
    }
    process.stderr.write(`server: ${sentence(error)}\n`);
    return isUsage(error) ? EXIT_USAGE : EXIT_FAILED;
  }
}

function serverCommand(): Command {
  const write = commandOutput(process.stdout);
  const program = new Command("server")
    .description("Accounts over TLS: register, log in, log out. Without a command, it serves.")
    .version(packageVersion())
    .allowExcessArguments(false)
    .enablePositionalOptions()
    .addHelpText("after", EXAMPLES)
    .showHelpAfterError("(server --help shows all options)")
    .exitOverride();
  // Loaded only now, so that help, mistakes and the other commands are answered at once.
  addServeOptions(program).action(async (options, command) => (await import("./serve-run.js")).serve(command, options));
  addMigrateCommand(program, write);
  addAdminCommand(program, { write, input: process.stdin, output: process.stderr });
  return program;
}

function isUsage(error: unknown): boolean {
  return (
    (error instanceof StoreError && error.code === "bad_url") ||
    (error instanceof CommandError && error.code === "usage")
  );
}

function sentence(error: unknown): string {
  if (error instanceof RpcError && error.reason === "address_in_use") {
    return `${error.message}; stop it, or choose another port with --listen`;
  }
  const isOurs = [RpcError, CertificateError, StoreError, CommandError].some((kind) => error instanceof kind);
  if (error instanceof Error) {
    return isOurs ? error.message : `unexpected error: ${error.stack ?? error.message}`;
  }
  return "unexpected error";
}

function packageVersion(): string {
  const content: unknown = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8"));
  const hasVersion = typeof content === "object" && content !== null && "version" in content;
  return hasVersion ? String(content.version) : "unknown";
}
