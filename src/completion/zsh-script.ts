// Completion for zsh: a function that finds the command in the words so far, and offers what may come next with what it does.
import { type CommandPath, type CommandShape, commandPaths, type ValueShape } from "./program-shape.js";
import { shellQuote } from "./shell-quote.js";

export function zshScript(program: CommandShape): string {
  const { name } = program;
  const paths = commandPaths(program);
  return `#compdef ${name}
# ${name} completion for zsh: source <(${name} completion zsh)
_${name}() {
  local place='' word='' flag=''
  local -a choices
  # What stands behind a flag is no command, whatever it is called.
  for word in "\${(@)words[2,CURRENT-1]}"; do
    if [[ -n $flag ]]; then flag=''; continue; fi
    case "$place/$word" in
${paths.flatMap(stepsOf).join("\n")}
    esac
  done
  if [[ -z $flag && $PREFIX == --*=* ]]; then
    flag="\${PREFIX%%=*}"
    compset -P '*='
  fi
  if [[ -n $flag ]]; then
    case "$place/$flag" in
${paths.flatMap(valuesOf).join("\n")}
    esac
    return
  fi
  case "$place" in
${paths.map(offersOf).join("\n")}
  esac
}
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
if [[ "$funcstack[1]" == _${name} ]]; then _${name} "$@"; else compdef _${name} ${name}; fi
`;
}

/** Words that lead on to a command below, and flags that want the word behind them. */
function stepsOf({ path, command }: CommandPath): string[] {
  const steps = command.commands.map((child) => {
    const next = path === "" ? child.name : `${path} ${child.name}`;
    return `      ${shellQuote(`${path}/${child.name}`)}) place=${shellQuote(next)} ;;`;
  });
  const flags = command.options.flatMap(({ names, value }) => (value === undefined ? [] : names));
  const places = flags.map((flag) => shellQuote(`${path}/${flag}`)).join("|");
  return places === "" ? steps : [...steps, `      ${places}) flag="$word" ;;`];
}

function valuesOf({ path, command }: CommandPath): string[] {
  return command.options.flatMap(({ names, value }) => {
    if (value === undefined) return [];
    const places = names.map((name) => shellQuote(`${path}/${name}`)).join("|");
    return [`    ${places}) ${offer(value)} ;;`];
  });
}

function offer(value: ValueShape): string {
  switch (value.kind) {
    case "words":
      return `compadd -- ${value.words.map(shellQuote).join(" ")}`;
    case "folder":
      return "_files -/";
    case "file":
      return "_files";
    case "interface":
      return "compadd -- any /sys/class/net/*(N:t)";
    case "text":
      return "_message value";
  }
}

/** Flags once a dash is there; otherwise commands, or files where there are none. */
function offersOf({ path, command }: CommandPath): string {
  const flags = command.options.flatMap(({ names, description }) => names.map((name) => described(name, description)));
  const commands = command.commands.map(({ name, description }) => described(name, description));
  const other = commands.length === 0 ? "_files" : `choices=(${commands.join(" ")}); _describe command choices`;
  return `    ${shellQuote(path)})
      if [[ $PREFIX == -* ]]; then choices=(${flags.join(" ")}); _describe -o flag choices
      else ${other}; fi ;;`;
}

/** "name:what it does"; a colon in the name would end it. */
function described(name: string, description: string): string {
  const plain = name.replaceAll(":", "\\:");
  return shellQuote(description === "" ? plain : `${plain}:${description}`);
}
