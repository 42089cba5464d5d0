// What the command line means: commands, flags and their help. Nothing that a user typed is repeated in a message,
// because people do type passwords in the wrong place.
import { Argument, Command, CommanderError, Option } from "commander";
import { SHELLS, type Shell } from "../completion/shell.js";
import { type CallInvocation, describeCall } from "./call/call-arguments.js";
import { ClientError } from "./client-error.js";
import { COMMANDS, type CommandDescription, type CommandName } from "./commands/command-list.js";
import { type ConnectionFlags, connectionOptions } from "./connection-flags.js";
import { usageMessage } from "./usage-message.js";

export interface Flags extends ConnectionFlags {
  readonly passwordStdin?: boolean;
  readonly opaque?: boolean;
  readonly printToken?: boolean;
  readonly everywhere?: boolean;
  readonly keepCurrent?: boolean;
  readonly yes?: boolean;
  readonly output?: string;
  readonly force?: boolean;
  readonly since?: Date;
}

export interface AccountInvocation {
  readonly command: CommandName;
  readonly name: string | undefined;
  /** What was given for SESSION_ID. */
  readonly sessionId?: string | undefined;
  readonly flags: Flags;
}

export type Invocation = AccountInvocation | CallInvocation;

/** The invocation, or undefined when help was asked for and printed. Throws ClientError "usage". */
export async function decodeArguments(args: readonly string[]): Promise<Invocation | undefined> {
  let invocation: Invocation | undefined;
  const program = describeProgram((decoded) => {
    invocation = decoded;
  });
  try {
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return undefined;
    throw new ClientError("usage", usageMessage(error));
  }
  return invocation;
}

/** The commands by group, and where to read more: for who calls the program with nothing behind it. */
export function commandOverview(): string {
  return describeProgram(() => undefined).helpInformation();
}

type Take = (invocation: Invocation) => void;

function describeProgram(take: Take): Command {
  const program = new Command("client")
    .description("Accounts on an Earshot server, and calls of any service, from a terminal.")
    .usage("COMMAND [NAME] [OPTIONS]")
    .exitOverride()
    .configureHelp({ subcommandTerm })
    .helpOption("-h, --help", "show this")
    // The one place that reports errors is main.ts; commander's own words would repeat what was typed.
    .configureOutput({ outputError: () => undefined })
    .addHelpText("after", PROGRAM_NOTES);
  for (const description of COMMANDS) program.addCommand(describeCommand(description, take));
  program.addCommand(describeCall(take).helpGroup("Any service:"));
  program.addCommand(describeCompletion(program));
  program.addHelpCommand(
    new Command("help")
      .argument("[COMMAND]")
      .summary("Show the options of a command, and examples.")
      .helpGroup("Help:"),
  );
  return program;
}

/** Written at once: it needs no server, and nothing that was typed but the shell's name. */
function describeCompletion(program: Command): Command {
  return new Command("completion")
    .addArgument(new Argument("<SHELL>").choices(SHELLS))
    .summary("A script that completes this command: source <(client completion bash)")
    .description("A script that completes this command in a shell: bash, zsh or fish.")
    .helpGroup("Help:")
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .action(async (shell: Shell) => {
      const { completionScript } = await import("../completion/completion-script.js");
      const { commanderShape } = await import("../completion/commander-shape.js");
      process.stdout.write(completionScript(commanderShape(program), shell));
    });
}

/** Every command has options: that need not stand behind each. */
function subcommandTerm(command: Command): string {
  const operands = command.registeredArguments.map((operand) =>
    operand.required ? `<${operand.name()}>` : `[${operand.name()}]`,
  );
  return [command.name(), ...operands].join(" ");
}

const PROGRAM_NOTES = `
Examples:
  client register alice --ca certs/ca.pem
  client login alice --ca certs/ca.pem
  client sessions --ca certs/ca.pem
  client call AccountService/WhoAmI --session --ca certs/ca.pem

How the server is trusted: --ca FILE if given; else the key in known_servers
from an earlier meeting; else the authorities that Node ships; else you are
asked once, as ssh does.

With --opaque the password is never sent, and nobody who reads along, be it the
server itself, learns it. An account that is made so, or upgraded, is remembered
in opaque_accounts: from then on it is not sent, whatever a server says.

Environment:
  EARSHOT_SERVER        HOST:PORT in place of --server
  EARSHOT_PASSWORD      the password; --password-stdin is safer
  EARSHOT_NEW_PASSWORD  the new one, for passwd and reset-password
  EARSHOT_RESET_CODE    the code, for reset-password
  EARSHOT_OPAQUE        1: as if --opaque were given
  EARSHOT_HOME          folder of known_servers, opaque_accounts, sessions.json
                        (~/.config/earshot)

Exit status:
  0    done
  1    the server said no, or a file could not be used
  2    the command line is not understood
  3    could not connect, no answer in time, or the connection broke
  4    the server is not trusted, its key has changed, or it wants a password
       that is not sent any more
  5    not logged in, or the session has ended
  6    somebody stands between this client and the server
  130  interrupted`;

function describeCommand(description: CommandDescription, take: Take): Command {
  const { name, group, operands, summary, notes, examples } = description;
  const command = new Command(name)
    .description(notes === undefined ? summary : `${summary}\n\n${notes}`)
    .summary(summary)
    .helpGroup(group)
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .addHelpText("after", `\nExamples:\n${examples.map((example) => `  ${example}`).join("\n")}`)
    .action(() => take(invocationOf(description, command.args, command.opts<Flags>())));
  for (const operand of operands) command.argument(operand);
  for (const option of options(description)) command.addOption(option);
  return command;
}

function invocationOf(
  { name: command, operands }: CommandDescription,
  given: readonly string[],
  flags: Flags,
): AccountInvocation {
  if (flags.keepCurrent === true && flags.everywhere !== true) {
    throw new ClientError("usage", "--keep-current goes with --everywhere: logout alone ends this session.");
  }
  const [first, second] = given;
  return operands[0] === "<SESSION_ID>"
    ? { command, sessionId: first, name: second, flags }
    : { command, name: first, flags };
}

function options(description: CommandDescription): Option[] {
  const own = [...description.options(), new Option("--json", jsonSummary(description))];
  const timeout = description.timeout ?? "for the connection, and again for the answer";
  return connectionOptions(own, new Option("--timeout <SECONDS>", timeout).default(10));
}

function jsonSummary({ name }: CommandDescription): string {
  if (name === "watch") return "one JSON object a line";
  return name === "export" ? "the document on one line" : "one JSON object on standard output";
}
