// What was wrong with a command line, in a sentence or two that repeat nothing of what was typed.
import type { CommanderError } from "commander";
import { SHELLS } from "../completion/shell.js";

/** Commander's suggestions, which are kept, name only commands and flags that exist. */
export function usageMessage({ code, message }: CommanderError): string {
  const guess = /\(Did you mean (?:one of )?([^?]+)\?\)/.exec(message)?.[1];
  const hint = guess === undefined ? "see client --help." : `did you mean ${guess}?`;
  switch (code) {
    case "commander.excessArguments":
      return excessMessage(message);
    case "commander.unknownOption":
      return /'-{1,2}p(?:ass\S*|wd?|$|[^alr])/i.test(message)
        ? `There is no such flag. ${PASSWORD_HINT}`
        : `There is no such flag: ${hint}`;
    case "commander.unknownCommand":
      return `There is no such command: ${hint}`;
    case "commander.missingArgument":
      if (message.includes("SHELL")) return `The shell is missing: ${SHELLS.join(", ")}.`;
      return message.includes("SESSION_ID")
        ? "The id of the session is missing; client sessions shows those that there are."
        : "The name of the account is missing; it stands behind the command, as in: client login alice.";
    case "commander.help":
      return "A command is missing; client --help shows those that there are.";
    default:
      return refusedValue(message);
  }
}

function excessMessage(message: string): string {
  if (message.includes("'call'")) return "call takes a method and one argument of JSON; put that in quotes.";
  if (message.includes("'revoke'")) return "revoke takes the id of a session, and maybe the name of an account.";
  return `A command takes one name and nothing after it. ${PASSWORD_HINT}`;
}

/** "error: option '--timeout <SECONDS>' argument 'abc' is invalid. Why." without the argument. */
function refusedValue(message: string): string {
  const operand = /^error: command-argument value '.*' is invalid for argument '([^']+)'\. (.*)$/s.exec(message);
  if (operand !== null) return `${operand[1]}: ${operand[2]}`;
  const said = message.replace(/^error: option '(--[a-z-]+).*?'/, "$1").replace(/ argument '.*' is invalid\./s, ":");
  return `${said.replace(/\.$/, "")}.`;
}

const PASSWORD_HINT =
  "A password is never an argument, since other users of this machine can read those: it is asked for, or give --password-stdin.";
