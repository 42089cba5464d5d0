// Completion for fish: a line for each option and command, with its description.
import {
  type CommandPath,
  type CommandShape,
  commandPaths,
  type OptionShape,
  type ValueShape,
} from "./program-shape.js";

export function fishScript(program: CommandShape): string {
  const { name } = program;
  const paths = commandPaths(program);
  const lines = paths.flatMap((path) => [
    ...path.command.commands.map((child) => commandLine(name, path, child)),
    ...path.command.options.map((option) => optionLine(name, path, option)),
  ]);
  return `# ${name} completion for fish: ${name} completion fish | source
function __${name}_place
  set -l place ''
  set -l value ''
  # What stands behind a flag is no command, whatever it is called.
  for word in (commandline -opc)[2..]
    if test -n "$value"
      set value ''
      continue
    end
    switch "$place/$word"
${paths.flatMap(stepsOf).join("\n")}
    end
  end
  test "$place" = "$argv[1]"
end
${lines.join("\n")}
`;
}

/** Words that lead on to a command below, and flags that want the word behind them. */
function stepsOf({ path, command }: CommandPath): string[] {
  const steps = command.commands.map((child) => {
    const next = path === "" ? child.name : `${path} ${child.name}`;
    return `      case ${quoted(`${path}/${child.name}`)}\n        set place ${quoted(next)}`;
  });
  const flags = command.options.flatMap(({ names, value }) => (value === undefined ? [] : names));
  const places = flags.map((flag) => quoted(`${path}/${flag}`)).join(" ");
  return places === "" ? steps : [...steps, `      case ${places}\n        set value 1`];
}

function commandLine(program: string, path: CommandPath, child: CommandShape): string {
  return `complete -c ${program} -f${conditionOf(program, path)} -a ${quoted(child.name)}${descriptionOf(child.description)}`;
}

function optionLine(program: string, path: CommandPath, { names, value, description }: OptionShape): string {
  const letters = names.map((name) => (name.startsWith("--") ? ` -l ${name.slice(2)}` : ` -s ${name.slice(1)}`));
  return `complete -c ${program}${conditionOf(program, path)}${letters.join("")}${argumentOf(value)}${descriptionOf(description)}`;
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
function conditionOf(program: string, { path }: CommandPath): string {
  return ` -n ${quoted(`__${program}_place ${quoted(path)}`)}`;
}

function descriptionOf(text: string): string {
  return text === "" ? "" : ` -d ${quoted(text)}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
