// `npm run bench`: measures ours beside its peers in one interleaved run, and writes down what came out.
import { analyseCell, analyseConnecting } from "./analysis.js";
import { parsePeer } from "./cells.js";
import { readOptions, usage } from "./options.js";
import { measureCalls } from "./parts/calls.js";
import { measureConnections } from "./parts/connections.js";
import { measureMemory } from "./parts/memory.js";
import { measureStreams } from "./parts/streams.js";
import { profileCell } from "./profile.js";
import { describeMachine } from "./report/machine.js";
import { printTables, writeResults } from "./report/written.js";
import { makeCertificate } from "./tls-settings.js";

try {
  const options = readOptions(process.argv.slice(2));
  if (options.help) process.stdout.write(`${usage}\n`);
  else if (options.profile !== undefined) await profileCell(options, await makeCertificate());
  else await measure(options);
} catch (error) {
  process.stderr.write(`bench: ${error.stack}\n`);
  process.exitCode = 1;
}

async function measure(options) {
  const { peers, rounds, save } = options;
  const machine = describeMachine();
  const settings = { ...options, certificate: await makeCertificate(), progress };
  const ours = peers.find(({ module }) => module === "ours") ?? { ...parsePeer("ours"), build: options.build };
  const grpc = { ...parsePeer("grpc-js"), build: options.build };
  const parts = {
    calls: async () => (await measureCalls(settings)).map((result) => analyseCell(result, peers)),
    streams: async () => [analyseCell(await measureStreams(settings), peers)],
    connections: async () => {
      const measured = await measureConnections({ ...settings, ours });
      return measured.results.map((result) => analyseConnecting(result, measured.peers));
    },
    memory: () => measureMemory({ ...settings, ours, grpc }),
  };
  const run = async (name, none) => (options.parts.includes(name) ? await parts[name]() : none);
  const results = {
    machine,
    command: `npm run bench${process.argv.length > 2 ? ` -- ${process.argv.slice(2).join(" ")}` : ""}`,
    rounds,
    cells: [...(await run("calls", [])), ...(await run("streams", []))],
    connecting: await run("connections", []),
    memory: await run("memory", undefined),
  };
  progress("");
  printTables(results);
  if (save) process.stdout.write(`\nwritten: ${writeResults(results)}, bench/results/latest.json, docs/bench.svg\n`);
}

/** One line that is written over, where someone looks. */
function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}
