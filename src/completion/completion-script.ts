// Completion scripts of a program for the shells that people use.
import { bashScript } from "./bash-script.js";
import { fishScript } from "./fish-script.js";
import type { CommandShape } from "./program-shape.js";
import type { Shell } from "./shell.js";
import { zshScript } from "./zsh-script.js";

const SCRIPTS: Readonly<Record<Shell, (program: CommandShape) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

export function completionScript(program: CommandShape, shell: Shell): string {
  return SCRIPTS[shell](program);
}
