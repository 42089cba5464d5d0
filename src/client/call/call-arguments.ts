// What the command line of `client call` means. What was typed is not repeated in a message: it may hold secrets.
import { Command, InvalidArgumentError, Option } from "commander";
import { ClientError } from "../client-error.js";
import { type ConnectionFlags, connectionOptions } from "../connection-flags.js";

export interface CallFlags extends ConnectionFlags {
  readonly proto?: string;
  readonly list?: boolean;
  readonly describe?: string;
  readonly metadata?: readonly (readonly [key: string, value: string])[];
  readonly session?: boolean;
  readonly as?: string;
  readonly pretty?: boolean;
}

export interface CallInvocation {
  readonly command: "call";
  /** Undefined for --list and --describe. */
  readonly method: string | undefined;
  /** The messages, or "-" for standard input. Undefined: none are given. */
  readonly messages: string | undefined;
  /** Whether --timeout was given: only then does it limit a call with a stream. */
  readonly timeoutGiven: boolean;
  readonly flags: CallFlags;
}

const NOTES = `
METHOD is package.Service/Method, or Service/Method when only one service is
called so. JSON is one message, or for a stream of requests several, one after
the other; "-" reads them from standard input, where passwords and other secrets
belong. Without it the request is an empty message, or a stream without
messages. Answers are printed as they come, one JSON object a line; numbers of
64 bits are strings, bytes are base64.

The schema comes from --proto; else from the server's reflection; else it is
Earshot's own.

Examples:
  client call --list
  client call --describe AccountService/Login
  client call AccountService/WhoAmI --session
  client call AccountService/Login - < login.json
  client call Health/Watch '{}' --timeout 60
  client call shop.v1.OrderService/Add - --proto shop.proto < orders.ndjson

Exit status: as for the other commands; 1 when the call ended with an error of
the server, 3 when no answer came in time, 5 when a session is needed or ended.`;

/** Throws ClientError "usage" through `take`'s caller for combinations that mean nothing. */
export function describeCall(take: (invocation: CallInvocation) => void): Command {
  const command = new Command("call")
    .description("Call any method of any service, as JSON.")
    .argument("[METHOD]")
    .argument("[JSON]")
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .addHelpText("after", NOTES)
    .action((method: string | undefined, messages: string | undefined, flags: CallFlags) => {
      checkCombination(method, flags);
      const timeoutGiven = command.getOptionValueSource("timeout") === "cli";
      take({ command: "call", method, messages, timeoutGiven, flags });
    });
  const timeout = "for the connection and the answer; streams may take longer unless it is given";
  for (const option of connectionOptions(OPTIONS, new Option("--timeout <SECONDS>", timeout).default(10))) {
    command.addOption(option);
  }
  return command;
}

const OPTIONS = [
  new Option("--proto <FILE>", "a .proto file, a folder of them, or a descriptor set (buf build -o set.binpb)"),
  new Option("--list", "list the methods instead of calling one").conflicts(["describe", "session", "as"]),
  new Option("--describe <SYMBOL>", "show a service, method, message or enum").conflicts(["session", "as"]),
  new Option("--metadata <KEY=VALUE>", "send metadata; may be given several times").argParser(metadataEntry),
  new Option("--session", "send the saved session of the last login at this server"),
  new Option("--as <NAME>", "send the saved session of NAME"),
  new Option("--pretty", "answers over several lines, for people"),
  new Option("--json", "an error, too, is one JSON object on standard output"),
];

type Entry = readonly [key: string, value: string];

function metadataEntry(written: string, earlier: readonly Entry[] = []): readonly Entry[] {
  const at = written.indexOf("=");
  if (at <= 0) throw new InvalidArgumentError("it takes KEY=VALUE.");
  return [...earlier, [written.slice(0, at).toLowerCase(), written.slice(at + 1)]];
}

function checkCombination(method: string | undefined, { list, describe }: CallFlags): void {
  const isQuestion = list === true || describe !== undefined;
  if (method === undefined && !isQuestion) {
    throw new ClientError("usage", "The method is missing; client call --list shows what there is.");
  }
  if (method !== undefined && isQuestion) {
    throw new ClientError("usage", "--list and --describe take no method behind the command.");
  }
}
