// --database and EARSHOT_DATABASE, the same for every command.

import { type Command, Option } from "commander";

const DEFAULT_DATABASE = "earshot.db";

export function databaseOption(): Option {
  return new Option(
    "--database <url>",
    "sqlite:FILE, a file's path, or mysql://USER:PASSWORD@HOST/NAME?tls=verify|off|CA",
  )
    .env("EARSHOT_DATABASE")
    .default(DEFAULT_DATABASE);
}

/**
 * What a command was given, before its name or after. Options for serving that were given to another command end it: they
 * would be ignored.
 */
export function databaseOf(command: Command): string {
  let given: string | undefined;
  for (let each: Command | null = command; each !== null; each = each.parent) {
    if (each !== command) {
      refuseOthers(each, command);
    }
    if (each.getOptionValueSource("database") === "cli") {
      given ??= each.getOptionValue("database");
    }
  }
  return given ?? command.getOptionValue("database");
}

function refuseOthers(ancestor: Command, command: Command): void {
  const isGiven = (name: string): boolean => ancestor.getOptionValueSource(name) === "cli";
  const other = ancestor.options.find((option) => option.name() !== "database" && isGiven(option.attributeName()));
  if (other !== undefined) {
    command.error(`error: ${other.long} is nothing for this command`);
  }
}
