// Reads what --format zeek printed.

/** Lines of one log as objects, by the names in its header. */
export function logOf(text: string, path: string): Record<string, string>[] {
  const section = text.split("#separator").find((part) => part.includes(`#path\t${path}\n`)) ?? "";
  const names = /#fields\t(.*)/.exec(section)?.[1]?.split("\t") ?? [];
  const lines = section.split("\n").filter((line) => line !== "" && !line.startsWith("#") && line.includes("\t"));
  return lines.map((line) => Object.fromEntries(line.split("\t").map((value, index) => [names[index], value])));
}
