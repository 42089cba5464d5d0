// What a program's command line can hold, as far as a shell completes it.

/** What stands behind an option, or as an operand. */
export type ValueShape =
  | { readonly kind: "file" | "folder" | "interface" | "text" }
  | { readonly kind: "words"; readonly words: readonly string[] };

export interface OptionShape {
  /** "-r" and "--read". */
  readonly names: readonly string[];
  /** Undefined for those that stand alone. */
  readonly value: ValueShape | undefined;
  readonly description: string;
}

export interface CommandShape {
  readonly name: string;
  readonly description: string;
  readonly options: readonly OptionShape[];
  readonly commands: readonly CommandShape[];
}

/** A command below a program, with the words that lead to it: "admin users". */
export interface CommandPath {
  readonly path: string;
  readonly command: CommandShape;
}

/** The program itself, whose path is "", and all below it. */
export function commandPaths(program: CommandShape): CommandPath[] {
  const below = (command: CommandShape, path: string): CommandPath[] => [
    { path, command },
    ...command.commands.flatMap((child) => below(child, path === "" ? child.name : `${path} ${child.name}`)),
  ];
  return below(program, "");
}

/** By what a value is called in the help: FILE, folder, DIR and so on. */
export function valueShape(name: string, words: readonly string[] | undefined): ValueShape {
  if (words !== undefined && words.length > 0) return { kind: "words", words };
  if (/^(folder|dir)/i.test(name)) return { kind: "folder" };
  if (/^(file|path)/i.test(name)) return { kind: "file" };
  return { kind: /^interface/i.test(name) ? "interface" : "text" };
}
