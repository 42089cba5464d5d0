// Completion for fish: a line for each option and command, with its description.
import {
  type CommandPath,
  type CommandShape,
  commandPaths,
  type OptionShape,
  type ValueShape,
} from "./program-shape.js";

export function fishScript(program: CommandShape): string {
  const lines = commandPaths(program).flatMap((path) => [
    ...path.command.commands.map((child) => commandLine(program.name, path, child)),
    ...path.command.options.map((option) => optionLine(program.name, path, option)),
  ]);
  return `# ${program.name} completion for fish: ${program.name} completion fish | source\n${lines.join("\n")}\n`;
}

function commandLine(program: string, path: CommandPath, child: CommandShape): string {
  return `complete -c ${program} -f${conditionOf(path)} -a ${quoted(child.name)}${descriptionOf(child.description)}`;
}

function optionLine(program: string, path: CommandPath, { names, value, description }: OptionShape): string {
  const letters = names.map((name) => (name.startsWith("--") ? ` -l ${name.slice(2)}` : ` -s ${name.slice(1)}`));
  return `complete -c ${program}${conditionOf(path)}${letters.join("")}${argumentOf(value)}${descriptionOf(description)}`;
}

function argumentOf(value: ValueShape | undefined): string {
  switch (value?.kind) {
    case undefined:
      return "";
    case "words":
      return ` -x -a ${quoted(value.words.join(" "))}`;
    case "folder":
      return " -x -a '(__fish_complete_directories)'";
    case "interface":
      return " -x -a 'any (command ls /sys/class/net 2>/dev/null)'";
    case "file":
      return " -r -F";
    case "text":
      return " -x";
  }
}

/** Where in the line it may stand: behind its command, and before any below that. */
function conditionOf({ path, command }: CommandPath): string {
  const behind = path
    .split(" ")
    .filter((word) => word !== "")
    .map((word) => `__fish_seen_subcommand_from ${word}`);
  const names = command.commands.map(({ name }) => name).join(" ");
  const before = names === "" ? [] : [`not __fish_seen_subcommand_from ${names}`];
  const all = [...behind, ...before];
  return all.length === 0 ? "" : ` -n ${quoted(all.join("; and "))}`;
}

function descriptionOf(text: string): string {
  return text === "" ? "" : ` -d ${quoted(text)}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
