// The shape of a program that commander describes.
import type { Command, Option } from "commander";
import { type CommandShape, type OptionShape, valueShape } from "./program-shape.js";

export function commanderShape(command: Command): CommandShape {
  const help = command.createHelp();
  return {
    name: command.name(),
    description: firstSentence(command.summary() || command.description()),
    options: help.visibleOptions(command).map(optionShape),
    commands: [...help.visibleCommands(command).map(commanderShape), ...choicesOf(command)],
  };
}

function optionShape(option: Option): OptionShape {
  const names = [option.short, option.long].flatMap((name) => name ?? []);
  const argument = /[<[]([^>\]]+)[>\]]/.exec(option.flags)?.[1]?.replace(/\.\.\.$/, "");
  const value = argument === undefined ? undefined : valueShape(argument, option.argChoices);
  return { names, value, description: firstSentence(option.description) };
}

/** Words that an operand may be stand where commands do. */
function choicesOf(command: Command): CommandShape[] {
  const words = command.registeredArguments[0]?.argChoices ?? [];
  return words.map((name) => ({ name, description: "", options: [], commands: [] }));
}

function firstSentence(text: string): string {
  return text.split(/\. |[;\n]| \(/)[0]?.trim() ?? "";
}
