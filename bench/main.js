// `npm run bench`: measures ours beside its peers in one interleaved run, and writes down what came out.
import { analyseCell } from "./analysis.js";
import { readOptions, usage } from "./options.js";
import { measureCalls } from "./parts/calls.js";
import { measureStreams } from "./parts/streams.js";
import { placement } from "./process/pinned.js";
import { cellHeader, cellRows, formatTable } from "./report/terminal.js";
import { makeCertificate } from "./tls-settings.js";

const options = readOptions(process.argv.slice(2));
if (options.help) {
  print(`${usage}\n`);
} else {
  await run();
}

async function run() {
  const settings = { ...options, certificate: await makeCertificate(), progress };
  print(`${placement}; Node ${process.version}; ${options.rounds} rounds\n`);
  const analysed = [];
  if (options.parts.includes("calls")) {
    analysed.push(...(await measureCalls(settings)).map((result) => analyseCell(result, options.peers)));
  }
  if (options.parts.includes("streams")) {
    analysed.push(analyseCell(await measureStreams(settings), options.peers));
  }
  progress("");
  print(formatTable([cellHeader, ...analysed.flatMap(cellRows)]));
}

function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

function print(text) {
  process.stdout.write(text);
}
