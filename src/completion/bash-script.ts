// Completion for bash: one function that finds the command in the words so far, and offers what may come next.
import { type CommandPath, type CommandShape, commandPaths, type ValueShape } from "./program-shape.js";
import { shellQuote } from "./shell-quote.js";

export function bashScript(program: CommandShape): string {
  const { name } = program;
  const paths = commandPaths(program);
  return `# ${name} completion for bash: source <(${name} completion bash)
_${name}_completion() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="" path="" isValue="" word
  [ "$COMP_CWORD" -gt 0 ] && previous="\${COMP_WORDS[COMP_CWORD-1]}"
  # bash cuts words at "=": --name=value comes as three.
  if [ "$previous" = "=" ] && [ "$COMP_CWORD" -gt 1 ]; then previous="\${COMP_WORDS[COMP_CWORD-2]}"; fi
  if [ "$current" = "=" ]; then current=""; fi
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    # What stands behind an option is no command, whatever it is called.
    if [ -n "$isValue" ]; then
      [ "$word" = "=" ] || isValue=""
      continue
    fi
    case "$path/$word" in
${paths.flatMap(stepsOf).join("\n")}
${paths.flatMap(valueStepsOf).join("\n")}
    esac
  done
  COMPREPLY=()
  case "$path/$previous" in
${paths.flatMap(valuesOf).join("\n")}
  esac
  case "$path" in
${paths.map(offersOf).join("\n")}
  esac
}
complete -o default -F _${name}_completion ${name}
`;
}

/** Words that lead on to a command below. */
function stepsOf({ path, command }: CommandPath): string[] {
  return command.commands.map((child) => {
    const next = path === "" ? child.name : `${path} ${child.name}`;
    return `      ${shellQuote(`${path}/${child.name}`)}) path=${shellQuote(next)} ;;`;
  });
}

/** Options whose value is the next word. */
function valueStepsOf({ path, command }: CommandPath): string[] {
  const places = command.options.flatMap(({ names, value }) =>
    value === undefined ? [] : names.map((name) => shellQuote(`${path}/${name}`)),
  );
  return places.length === 0 ? [] : [`      ${places.join("|")}) isValue=1 ;;`];
}

function valuesOf({ path, command }: CommandPath): string[] {
  return command.options.flatMap(({ names, value }) => {
    if (value === undefined) return [];
    const places = names.map((name) => shellQuote(`${path}/${name}`)).join("|");
    return [`    ${places}) ${replyOf(value)}; return ;;`];
  });
}

function replyOf(value: ValueShape): string {
  switch (value.kind) {
    case "words":
      return reply(`-W ${shellQuote(value.words.join(" "))}`);
    case "folder":
      return `compopt -o filenames 2>/dev/null; ${reply("-d")}`;
    case "file":
      return `compopt -o filenames 2>/dev/null; ${reply("-f")}`;
    case "interface":
      return INTERFACES;
    case "text":
      return "compopt +o default 2>/dev/null";
  }
}

/** Names are taken as they are: compgen would run what stands in a name. */
const INTERFACES = [
  "local each",
  `for each in any /sys/class/net/*; do each="\${each##*/}"; [[ "$each" == "$current"* && "$each" != "*" ]] && COMPREPLY+=("$each"); done`,
].join("; ");

/** Options once a dash is there, commands otherwise. */
function offersOf({ path, command }: CommandPath): string {
  const options = command.options.flatMap(({ names }) => names).join(" ");
  const commands = command.commands.map(({ name }) => name).join(" ");
  const other = commands === "" ? "" : ` else ${reply(`-W ${shellQuote(commands)}`)};`;
  return `    ${shellQuote(path)}) if [[ "$current" == -* ]]; then ${reply(`-W ${shellQuote(options)}`)};${other} fi ;;`;
}

function reply(how: string): string {
  return `mapfile -t COMPREPLY < <(compgen ${how} -- "$current")`;
}
