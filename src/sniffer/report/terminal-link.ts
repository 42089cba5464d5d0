// Links that a terminal opens (OSC 8).

/** Most terminals that do not know them pass over them; these would print them, or are none. */
export function knowsLinks({ isTTY }: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv): boolean {
  return isTTY === true && !env["NO_COLOR"] && !["dumb", "linux"].includes(env["TERM"] ?? "dumb");
}

export function linked(text: string, url: string): string {
  return `\x1b]8;;${url}\x1b\\${text}\x1b]8;;\x1b\\`;
}
