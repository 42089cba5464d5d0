// Colour, or none: FORCE_COLOR and NO_COLOR (no-color.org) win over what the output is.
import { styleText } from "node:util";

export type Style = "bold" | "dim" | "red" | "green" | "yellow" | "magenta" | "cyan";
export type Paint = (style: Style, text: string) => string;

export function choosePaint(env: NodeJS.ProcessEnv, isTerminal: boolean): Paint {
  return wantsColour(env, isTerminal) ? paint : plainPaint;
}

function wantsColour(env: NodeJS.ProcessEnv, isTerminal: boolean): boolean {
  const forced = env["FORCE_COLOR"];
  if (forced !== undefined && forced !== "") return forced !== "0" && forced !== "false";
  if (env["NO_COLOR"] !== undefined && env["NO_COLOR"] !== "") return false;
  return isTerminal && env["TERM"] !== "dumb";
}

function paint(style: Style, text: string): string {
  // Decided above: styleText itself would look at process.stdout from Node 22 on.
  return styleText(style, text, { validateStream: false });
}

/** No colour. */
export function plainPaint(_style: Style, text: string): string {
  return text;
}
