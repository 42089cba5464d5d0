// Climbs the rungs one by one and tells what each layer takes away from a man in the middle.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { makeFolder } from "../sniffer/new-folder.js";
import type { PageModel } from "../sniffer/page/page-model.js";
import { readPageScript } from "../sniffer/page-script.js";
import { knowsLinks } from "../sniffer/report/terminal-link.js";
import { renderReport } from "../sniffer/report-file.js";
import { LabError } from "./lab-error.js";
import { renderLengths } from "./lengths/lengths-row.js";
import { type LengthsVerdict, measureLengths } from "./lengths/lengths-verdict.js";
import { type ClimbedRung, renderLadder } from "./page/ladder-page.js";
import { folderFromProject } from "./page/try-command.js";
import { type Rung, rungs } from "./rung.js";
import { recordView } from "./rung-view.js";
import { playScene, type Scene } from "./scene.js";
import { saveWithSecrets } from "./secret-capture.js";
import { renderClosing, renderHeading, renderRung } from "./table.js";
import { judgeScene } from "./verdict.js";

export interface LadderOptions {
  /** Where the captures and the page are left; made if absent. */
  readonly folder: string;
  /** Where the rungs are played, with all secrets, which then stay there; else in a folder that is deleted. */
  readonly scratch?: string;
  readonly output: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

export interface LadderResult {
  /** 0 when every rung shows exactly what it must, 1 otherwise. */
  readonly exitCode: number;
  /** Undefined where the climb came to nothing. */
  readonly page: string | undefined;
}

export async function runLadder({ folder, output, scratch }: LadderOptions): Promise<LadderResult> {
  const started = performance.now();
  const colour = wantsColour(output);
  output.write(renderHeading(colour));
  const climbed: ClimbedRung[] = [];
  const page = join(resolve(folder), "ladder.html");
  let lengths: LengthsVerdict;
  try {
    makeFolder(folder);
    // An earlier climb's, which nobody should take for this one's.
    await rm(page, { force: true });
    for (const rung of rungs) {
      const one = await climb(rung, folder, scratch);
      climbed.push(one);
      output.write(renderRung(one.verdict, colour));
    }
    lengths = await measureLengths(folder);
    output.write(renderLengths(lengths, colour));
    await writeFile(page, renderLadder(climbed, folderFromProject(folder), lengths));
  } catch (error) {
    output.write(`\n${sentence(error)}\n`);
    return { exitCode: 1, page: undefined };
  }
  const verdicts = climbed.map(({ verdict }) => verdict);
  const seconds = (performance.now() - started) / 1000;
  output.write(
    renderClosing(verdicts, {
      folder: relative(process.cwd(), folder) || ".",
      page,
      seconds,
      colour,
      links: knowsLinks(output, process.env),
    }),
  );
  return { exitCode: [...verdicts, lengths].every(({ complaints }) => complaints.length === 0) ? 0 : 1, page };
}

async function climb(rung: Rung, folder: string, kept: string | undefined): Promise<ClimbedRung> {
  if (kept !== undefined) return play(rung, folder, join(kept, `rung-${rung.number}`));
  const scratch = await mkdtemp(join(tmpdir(), `earshot-rung-${rung.number}-`));
  try {
    return await play(rung, folder, scratch);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function play(rung: Rung, folder: string, scratch: string): Promise<ClimbedRung> {
  const scene = await playScene(rung, scratch);
  const verdict = await judgeScene(rung, scene);
  await saveWithSecrets(scene.wireCapture, scene.keylogFile, join(folder, `rung-${rung.number}.pcapng`));
  if (scene.insideCapture !== scene.wireCapture && verdict.packets.inside > 0) {
    await saveWithSecrets(scene.insideCapture, undefined, join(folder, `rung-${rung.number}-inside.pcapng`));
  }
  return { verdict, view: await keepView(rung, scene, folder) };
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
  if (error instanceof LabError || isSystemError(error)) return `The ladder could not be climbed: ${error.message}`;
  return `The ladder could not be climbed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}

/** A folder that cannot be made, a disk that is full: said by the system in a sentence. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error && "code" in error;
}
