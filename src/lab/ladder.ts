// Climbs the rungs one by one and tells what each layer takes away from a man in the middle.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { LabError } from "./lab-error.js";
import { renderPage } from "./page.js";
import { type Rung, rungs } from "./rung.js";
import { playScene } from "./scene.js";
import { saveWithSecrets } from "./secret-capture.js";
import { renderClosing, renderHeading, renderRung } from "./table.js";
import { judgeScene, type Verdict } from "./verdict.js";

export interface LadderOptions {
  /** Where the captures and the page are left; made if absent. */
  readonly folder: string;
  readonly output: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

/** Gives the exit code: 0 when every rung shows exactly what it must, 1 otherwise. */
export async function runLadder({ folder, output }: LadderOptions): Promise<number> {
  const started = performance.now();
  const colour = wantsColour(output);
  output.write(renderHeading(colour));
  const verdicts: Verdict[] = [];
  try {
    await mkdir(folder, { recursive: true });
    for (const rung of rungs) {
      const verdict = await climb(rung, folder);
      verdicts.push(verdict);
      output.write(renderRung(verdict, colour));
    }
    await writeFile(join(folder, "ladder.html"), renderPage(verdicts));
  } catch (error) {
    output.write(`\n${sentence(error)}\n`);
    return 1;
  }
  const seconds = (performance.now() - started) / 1000;
  output.write(renderClosing(verdicts, relative(process.cwd(), folder) || ".", seconds, colour));
  return verdicts.every((verdict) => verdict.complaints.length === 0) ? 0 : 1;
}

async function climb(rung: Rung, folder: string): Promise<Verdict> {
  const scratch = await mkdtemp(join(tmpdir(), `earshot-rung-${rung.number}-`));
  try {
    const scene = await playScene(rung, scratch);
    const verdict = await judgeScene(rung, scene);
    await saveWithSecrets(scene.wireCapture, scene.keylogFile, join(folder, `rung-${rung.number}.pcapng`));
    if (scene.insideCapture !== scene.wireCapture && verdict.packets.inside > 0) {
      await saveWithSecrets(scene.insideCapture, undefined, join(folder, `rung-${rung.number}-inside.pcapng`));
    }
    return verdict;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** NO_COLOR and FORCE_COLOR as no-color.org and Node have them. */
function wantsColour(output: LadderOptions["output"]): boolean {
  if (process.env["NO_COLOR"]) return false;
  return process.env["FORCE_COLOR"] ? process.env["FORCE_COLOR"] !== "0" : output.isTTY === true;
}

function sentence(error: unknown): string {
  if (error instanceof LabError) return `The ladder could not be climbed: ${error.message}`;
  return `The ladder could not be climbed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}
