// What the command line means: commands, flags and their help. Nothing that a user typed is repeated in a message,
// because people do type passwords in the wrong place.
import { Command, CommanderError, Option } from "commander";
import { type CallInvocation, describeCall } from "./call/call-arguments.js";
import { ClientError } from "./client-error.js";
import { type ConnectionFlags, connectionOptions } from "./connection-flags.js";

type CommandName = "register" | "login" | "whoami" | "logout";

interface Flags extends ConnectionFlags {
  readonly passwordStdin?: boolean;
  readonly printToken?: boolean;
}

export interface AccountInvocation {
  readonly command: CommandName;
  readonly name: string | undefined;
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

type Take = (invocation: Invocation) => void;

function describeProgram(take: Take): Command {
  const program = new Command("client")
    .description("Accounts on an Earshot server, and calls of any service, from a terminal.")
    .usage("COMMAND [NAME] [OPTIONS]")
    .exitOverride()
    // The one place that reports errors is main.ts; commander's own words would repeat what was typed.
    .configureOutput({ outputError: () => undefined })
    .addHelpText("after", PROGRAM_NOTES);
  for (const command of COMMANDS) program.addCommand(describeCommand(command, take));
  program.addCommand(describeCall(take));
  return program;
}

interface CommandDescription {
  readonly name: CommandName;
  readonly argument: string;
  readonly summary: string;
  readonly takesPassword: boolean;
  readonly examples: readonly string[];
}

const COMMANDS: readonly CommandDescription[] = [
  {
    name: "register",
    argument: "<NAME>",
    summary: "Make an account; the password is asked for twice.",
    takesPassword: true,
    examples: [
      "client register alice --ca certs/ca.pem",
      "pass show earshot | client register alice --password-stdin --accept-new",
    ],
  },
  {
    name: "login",
    argument: "<NAME>",
    summary: "Open a session and keep its token for later commands.",
    takesPassword: true,
    examples: ["client login alice --ca certs/ca.pem", "client login alice --server accounts.example:7443 --json"],
  },
  {
    name: "whoami",
    argument: "[NAME]",
    summary: "Tell whose session this is: NAME's, or that of the last login at this server.",
    takesPassword: false,
    examples: ["client whoami --ca certs/ca.pem", "client whoami alice --json"],
  },
  {
    name: "logout",
    argument: "[NAME]",
    summary: "End the session here and on the server: NAME's, or that of the last login at this server.",
    takesPassword: false,
    examples: ["client logout --ca certs/ca.pem", "client logout alice"],
  },
];

const PROGRAM_NOTES = `
Examples:
  client register alice --ca certs/ca.pem
  client login alice --ca certs/ca.pem
  client whoami --ca certs/ca.pem
  client call AccountService/WhoAmI --session --ca certs/ca.pem

How the server is trusted: --ca FILE if given; else the key kept in known_servers
from an earlier meeting; else the certificate authorities that Node ships; else you
are asked once, as ssh does.

Environment:
  EARSHOT_SERVER    HOST:PORT in place of --server
  EARSHOT_PASSWORD  the password; --password-stdin is safer
  EARSHOT_HOME      folder of known_servers and sessions.json (~/.config/earshot)

Exit status:
  0    done
  1    the server said no, or a file could not be used
  2    the command line is not understood
  3    could not connect, no answer in time, or the connection broke
  4    the server is not trusted, or its key has changed
  5    not logged in, or the session has ended
  130  interrupted`;

function describeCommand(description: CommandDescription, take: Take): Command {
  const { name, argument, summary, takesPassword, examples } = description;
  const command = new Command(name)
    .description(summary)
    .argument(argument)
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .addHelpText("after", `\nExamples:\n${examples.map((example) => `  ${example}`).join("\n")}`)
    .action((username: string | undefined, flags: Flags) => take({ command: name, name: username, flags }));
  for (const option of options(name, takesPassword)) command.addOption(option);
  return command;
}

function options(name: CommandName, takesPassword: boolean): Option[] {
  const own = [
    ...(takesPassword
      ? [new Option("--password-stdin", "read the password from the first line of standard input")]
      : []),
    ...(name === "login" ? [new Option("--print-token", "show the session token; whoever sees it is you")] : []),
    new Option("--json", "one JSON object on standard output"),
  ];
  const timeout = new Option("--timeout <SECONDS>", "for the connection, and again for the answer").default(10);
  return connectionOptions(own, timeout);
}

/** One sentence, or two. Commander's suggestions name only commands and flags that exist. */
function usageMessage({ code, message }: CommanderError): string {
  const guess = /\(Did you mean (?:one of )?([^?]+)\?\)/.exec(message)?.[1];
  const hint = guess === undefined ? "see client --help" : `did you mean ${guess}`;
  switch (code) {
    case "commander.excessArguments":
      if (message.includes("'call'")) return "call takes a method and one argument of JSON; put that in quotes.";
      return `A command takes one name and nothing after it. ${PASSWORD_HINT}`;
    case "commander.unknownOption":
      return /'-{1,2}p(?:ass\S*|wd?|$|[^alr])/i.test(message)
        ? `There is no such flag. ${PASSWORD_HINT}`
        : `There is no such flag: ${hint}.`;
    case "commander.unknownCommand":
      return `There is no such command: ${hint}.`;
    case "commander.missingArgument":
      return "The name of the account is missing; it stands behind the command, as in: client login alice.";
    case "commander.help":
      return "A command is missing: register, login, whoami, logout or call; see client --help.";
    default:
      return refusedValue(message);
  }
}

/** "error: option '--timeout <SECONDS>' argument 'abc' is invalid. Why." without the argument. */
function refusedValue(message: string): string {
  const said = message.replace(/^error: option '(--[a-z-]+).*?'/, "$1").replace(/ argument '.*' is invalid\./s, ":");
  return `${said.replace(/\.$/, "")}.`;
}

const PASSWORD_HINT =
  "A password is never an argument, since other users of this machine can read those: it is asked for, or give --password-stdin.";
