// Offers to open the ladder's page in a browser: asks where somebody is there to answer, and never waits for long.
import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import type { ReadStream } from "node:tty";

/** "ask" where nothing was said. */
export type Opening = "ask" | "open" | "leave";

const ANSWER_MS = 10_000;
/** On Windows not cmd's `start`, which would take an & in the path for the end of the command. */
const OPENERS: Readonly<Record<string, string>> = { darwin: "open", linux: "xdg-open", win32: "explorer.exe" };

export interface OpenerMeans {
  readonly input: NodeJS.ReadStream | ReadStream;
  readonly output: NodeJS.WritableStream & { readonly isTTY?: boolean };
  readonly env: NodeJS.ProcessEnv;
}

/** Resolves when it was opened or not; errors of the browser are its own. */
export async function offerPage(page: string, opening: Opening, { input, output, env }: OpenerMeans): Promise<void> {
  const opener = findOpener(env);
  if (opening === "leave" || opener === undefined) {
    if (opening === "open") output.write("There is no program here that opens pages.\n");
    return;
  }
  const isInteractive = input.isTTY === true && output.isTTY === true && !env["CI"];
  if (opening === "ask" && (!isInteractive || !(await isWanted(input, output)))) return;
  const child = spawn(opener, [page], { detached: true, stdio: "ignore" });
  child.on("error", () => {});
  child.unref();
}

/** One key: y opens it; any other, or none in ten seconds, does not. */
async function isWanted(input: OpenerMeans["input"], output: OpenerMeans["output"]): Promise<boolean> {
  output.write("Open the page now? [y/N] ");
  input.setRawMode(true);
  input.resume();
  const key = await new Promise<string>((resolve) => {
    const timer = setTimeout(() => resolve(""), ANSWER_MS);
    input.once("data", (data) => {
      clearTimeout(timer);
      resolve(data.toString());
    });
  });
  input.setRawMode(false);
  input.pause();
  const wanted = key === "y" || key === "Y";
  output.write(wanted ? "yes\n" : "no\n");
  return wanted;
}

function findOpener(env: NodeJS.ProcessEnv): string | undefined {
  const name = OPENERS[process.platform];
  if (name === undefined) return undefined;
  // Over ssh there may be browsers, and nobody would see them.
  if (process.platform === "linux" && !env["DISPLAY"] && !env["WAYLAND_DISPLAY"]) return undefined;
  return (env["PATH"] ?? "")
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
