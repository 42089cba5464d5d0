// Climbs the rungs one by one and tells what each layer takes away from a man in the middle.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import type { PageModel } from "../sniffer/page/page-model.js";
import { readPageScript } from "../sniffer/page-script.js";
import { renderReport } from "../sniffer/report-file.js";
import { LabError } from "./lab-error.js";
import { renderLengths } from "./lengths/lengths-row.js";
import { type LengthsVerdict, measureLengths } from "./lengths/lengths-verdict.js";
import { type ClimbedRung, renderLadder } from "./page/ladder-page.js";
import { type Rung, rungs } from "./rung.js";
import { recordView } from "./rung-view.js";
import { playScene, type Scene } from "./scene.js";
import { saveWithSecrets } from "./secret-capture.js";
import { renderClosing, renderHeading, renderRung } from "./table.js";
import { judgeScene } from "./verdict.js";

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
  const climbed: ClimbedRung[] = [];
  let lengths: LengthsVerdict;
  try {
    await mkdir(folder, { recursive: true });
    for (const rung of rungs) {
      const one = await climb(rung, folder);
      climbed.push(one);
      output.write(renderRung(one.verdict, colour));
    }
    lengths = await measureLengths(folder);
    output.write(renderLengths(lengths, colour));
    await writeFile(join(folder, "ladder.html"), renderLadder(climbed, lengths));
  } catch (error) {
    output.write(`\n${sentence(error)}\n`);
    return 1;
  }
  const verdicts = climbed.map(({ verdict }) => verdict);
  const seconds = (performance.now() - started) / 1000;
  output.write(renderClosing(verdicts, relative(process.cwd(), folder) || ".", seconds, colour));
  return [...verdicts, lengths].every(({ complaints }) => complaints.length === 0) ? 0 : 1;
}

async function climb(rung: Rung, folder: string): Promise<ClimbedRung> {
  const scratch = await mkdtemp(join(tmpdir(), `earshot-rung-${rung.number}-`));
  try {
    const scene = await playScene(rung, scratch);
    const verdict = await judgeScene(rung, scene);
    await saveWithSecrets(scene.wireCapture, scene.keylogFile, join(folder, `rung-${rung.number}.pcapng`));
    if (scene.insideCapture !== scene.wireCapture && verdict.packets.inside > 0) {
      await saveWithSecrets(scene.insideCapture, undefined, join(folder, `rung-${rung.number}-inside.pcapng`));
    }
    return { verdict, view: await keepView(rung, scene, folder) };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** His view of the rung as a report; of the wire where nothing came by inside. */
async function keepView(rung: Rung, scene: Scene, folder: string): Promise<PageModel> {
  const name = `rung ${rung.number}, as he sees it`;
  const inside = await recordView(scene.insideCapture, name, scene.secretFile);
  const view = inside.rows.length > 0 ? inside : await recordView(scene.wireCapture, name, scene.secretFile);
  await writeFile(join(folder, `rung-${rung.number}.html`), renderReport(view, readPageScript()), { mode: 0o600 });
  return view;
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
