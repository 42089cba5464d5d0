// Completion scripts of a program for the shells that people use.
import { bashScript } from "./bash-script.js";
import { fishScript } from "./fish-script.js";
import type { CommandShape } from "./program-shape.js";
import type { Shell } from "./shell.js";

export function completionScript(program: CommandShape, shell: Shell): string {
  if (shell === "bash") return bashScript(program);
  if (shell === "fish") return fishScript(program);
  // zsh runs bash's as it is; `mapfile` and `compopt` are all that it lacks of it.
  return `#compdef ${program.name}
# ${program.name} completion for zsh: source <(${program.name} completion zsh)
autoload -U +X bashcompinit && bashcompinit
(( $+functions[compopt] )) || compopt() { :; }
(( $+functions[mapfile] )) || mapfile() { COMPREPLY=("\${(@f)$(cat)}"); }
${bashScript(program)}`;
}
