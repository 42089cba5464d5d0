// The command `server`: its options and commands, and how each ends: an exit code, and a sentence where something is wrong.

import { readFileSync } from "node:fs";
import { Argument, Command, CommanderError } from "commander";
import { nearNames } from "../completion/near-name.js";
import { SHELLS, type Shell } from "../completion/shell.js";
import { RpcError } from "../rpc/index.js";
import { addAdminCommand } from "./admin/admin-command.js";
import { CertificateError } from "./certificate/certificate-error.js";
import { CommandError } from "./command-error.js";
import { commandOutput, type WriteOut } from "./command-output.js";
import { addMigrateCommand } from "./migrate-command.js";
import { addServeOptions } from "./serve-options.js";
import { StoreError } from "./store/store-error.js";

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
const EXAMPLES = `
Examples:
  server --cert certs/                   makes development certificates there
  server --cert /etc/earshot --listen 0.0.0.0:7443 --listen unix:/run/eh.sock
  EARSHOT_DATABASE='mysql://app:secret@db.example/app' server --cert certs/
  server --cert certs/ --log-format json --metrics 9464
  server admin users
`;

/** Runs the command; `argv` is that of the process. Resolves with the exit code. */
export async function runServer(argv: readonly string[]): Promise<number> {
  // Who read our output went away, as `head` does, or the disk is full. That is no reason to stop serving.
  process.stdout.on("error", () => undefined);
  process.stderr.on("error", () => undefined);
  try {
    await serverCommand(argv).parseAsync(argv);
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? 0 : EXIT_USAGE;
    }
    process.stderr.write(`server: ${sentence(error)}\n`);
    return isUsage(error) ? EXIT_USAGE : EXIT_FAILED;
  }
}

function serverCommand(argv: readonly string[]): Command {
  const write = commandOutput(process.stdout);
  const program = new Command("server")
    .description("Accounts over TLS: register, log in, log out. Without a command, it serves.")
    .version(packageVersion())
    .allowExcessArguments(false)
    .enablePositionalOptions()
    .addHelpText("after", EXAMPLES)
    .showHelpAfterError("(server --help shows all options)")
    .configureOutput({ outputError: (text, write) => write(usageText(text, argv)) })
    .exitOverride();
  // Loaded only now, so that help, mistakes and the other commands are answered at once.
  addServeOptions(program).action(async (options, command) => (await import("./serve-run.js")).serve(command, options));
  addMigrateCommand(program, write);
  addAdminCommand(program, { write, input: process.stdin, output: process.stderr });
  addCompletionCommand(program, write);
  return program;
}

function addCompletionCommand(program: Command, write: WriteOut): void {
  program
    .command("completion")
    .description("a script that completes this command: source <(server completion bash)")
    .addArgument(new Argument("<shell>").choices(SHELLS))
    .allowExcessArguments(false)
    .action(async (shell: Shell) => {
      const { completionScript } = await import("../completion/completion-script.js");
      const { commanderShape } = await import("../completion/commander-shape.js");
      await write(completionScript(commanderShape(program), shell));
    });
}

const COMMANDS = ["admin", "migrate", "completion"];

/** commander's words with our name before them, and what may have been meant by a word that is no command. */
function usageText(text: string, argv: readonly string[]): string {
  const [, , word = ""] = argv;
  if (text.includes("argument 'shell'") && text.includes("missing"))
    return `server: completion takes one of ${SHELLS.join(", ")}\n`;
  const isOther = !word.startsWith("-") && !COMMANDS.includes(word);
  if (!text.includes("too many arguments") || !isOther) return text.replace(/^error: /, "server: ");
  const near = nearNames(word, COMMANDS);
  const hint = near.length === 0 ? "" : `; did you mean ${near.join(" or ")}?`;
  return `server: that is no command, or one too many words${hint}\n`;
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
