// Joins the sniffer's modules into few: it is started for small files, and loading a hundred modules takes longer than they.
// And makes the one script of its pages, which run in browsers.
import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { root, run } from "./process.mjs";

const program = join(root, "node_modules/.bin/esbuild");
/** As deep as dist/src/sniffer, so that paths from a module's own place hold. */
const outputFolder = join(root, "dist/quick/sniffer");
/** The command, and what it starts by their names. */
const entries = ["cli.js", "hash-worker.js", "capture/cap-child.js"];

/** Does nothing where the bundle is as new as what was compiled. Without it the command runs all the same, only later. */
export function bundleSniffer() {
  const [made, compiled] = [join(outputFolder, "cli.js"), join(root, "dist/tsconfig.tsbuildinfo")].map(timeOf);
  if (made >= compiled || !existsSync(program)) return;
  rmSync(outputFolder, { recursive: true, force: true });
  const sources = entries.map((entry) => join(root, "dist/src/sniffer", entry));
  const shape = [
    "--bundle",
    "--splitting",
    "--format=esm",
    "--platform=node",
    "--target=node20",
    "--entry-names=[name]",
  ];
  const rest = ["--packages=external", "--minify-whitespace", "--log-level=warning", `--outdir=${outputFolder}`];
  run(program, [...sources, ...shape, ...rest], { allowFailure: true });
}

/** Pages are written without their script where it was never made. */
export function bundlePages() {
  const script = join(root, "dist/quick/page/page.js");
  if (timeOf(script) >= newestIn(join(root, "src/sniffer/page")) || !existsSync(program)) return;
  const shape = ["--bundle", "--format=iife", "--target=es2022", "--minify", "--charset=utf8", "--log-level=warning"];
  run(program, [join(root, "src/sniffer/page/browser/main.ts"), ...shape, `--outfile=${script}`], {
    allowFailure: true,
  });
}

function newestIn(folder) {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return Math.max(...files.map((file) => timeOf(join(folder, file))));
}

function timeOf(file) {
  return existsSync(file) ? statSync(file).mtimeMs : 0;
}
