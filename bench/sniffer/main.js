// `npm run bench:sniffer`: the sniffer beside tshark and tcpdump on captures of 400 MB, whole processes, in one interleaved
// run. Ratios are of neighbours in the same round.
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { makeCapture } from "./capture.js";
import { describeHost } from "./host.js";
import { runProcess, timeToFirstByte } from "./processes.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const sniffer = [process.execPath, join(root, "dist/src/sniffer/main.js")];
const TSHARK_FIELDS = ["frame.number", "tcp.stream", "tls.record.content_type", "tls.handshake.type"]
  .concat(["tls.handshake.extensions_server_name", "tls.handshake.ja3", "tls.handshake.ja3s"])
  .flatMap((field) => ["-e", field]);

/** What is compared: ours, its peer, and the floor and goal of their ratio. */
const cells = [
  {
    name: "reassembly, TLS facts, JSON",
    ours: (file) => [...sniffer, "-r", file, "--json"],
    peer: (file) => ["tshark", "-r", file, "-T", "fields", ...TSHARK_FIELDS],
    floor: 30,
    goal: 60,
  },
  {
    name: "a line for each packet",
    ours: (file) => [...sniffer, "-r", file, "--packets"],
    peer: (file) => ["tcpdump", "-nn", "-r", file],
    floor: 2,
    goal: 3,
  },
  {
    name: "headers only, counted",
    ours: (file) => [...sniffer, "-r", file, "--count"],
    peer: (file) => ["tcpdump", "-nn", "-r", file],
    floor: 6,
    goal: 10,
  },
];

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    packets: { type: "string", default: "678000" },
    folder: { type: "string" },
    "no-save": { type: "boolean", default: false },
  },
});
const folder = values.folder ?? mkdtempSync(join(tmpdir(), "earshot-bench-"));
mkdirSync(folder, { recursive: true });
try {
  await measure(Number(values.rounds), Number(values.packets));
} finally {
  if (values.folder === undefined) rmSync(folder, { recursive: true, force: true });
}

async function measure(rounds, packets) {
  const host = describeHost();
  const lines = [`# The sniffer beside tshark and tcpdump\n`, host, ""];
  const say = (line) => {
    lines.push(line);
    process.stdout.write(`${line}\n`);
  };
  say("| capture | what | ours, s | peer, s | ratio: median (quartiles) | floor, goal | peak, MB |");
  say("|---|---|--:|--:|--:|--:|--:|");
  for (const [name, flows] of [
    ["few flows", 16],
    ["thousands of flows", 3040],
  ]) {
    const path = join(folder, `${flows}-${packets}.pcap`);
    if (!existsSync(path)) await makeCapture(path, flows, packets);
    for (const cell of cells) say(row(name, cell, await compare(cell, path, rounds)));
  }
  say(await startUp(rounds));
  if (values["no-save"]) return;
  const file = `bench/results/sniffer-${new Date().toISOString().slice(0, 10)}-node${process.versions.node}.md`;
  writeFileSync(join(root, file), `${lines.join("\n")}\n`);
  process.stdout.write(`\nwritten: ${file}\n`);
}

async function compare(cell, path, rounds) {
  const results = [];
  for (let round = 0; round < rounds; round++) {
    const both = { ours: cell.ours(path), peer: cell.peer(path) };
    // Whoever goes first finds the caches as the other left them, so they take turns.
    const order = round % 2 === 0 ? ["ours", "peer"] : ["peer", "ours"];
    const result = {};
    for (const side of order) result[side] = await runProcess(both[side], join(folder, `${side}.out`));
    results.push(result);
  }
  return results;
}

function row(name, { name: what, floor, goal }, results) {
  const of = (pick) => results.map(pick).sort((left, right) => left - right);
  const ratios = of(({ ours, peer }) => peer.seconds / ours.seconds);
  const spread = `${quantile(ratios, 0.5).toFixed(1)} (${quantile(ratios, 0.25).toFixed(1)} to ${quantile(ratios, 0.75).toFixed(1)})`;
  const seconds = ["ours", "peer"].map((side) =>
    quantile(
      of((result) => result[side].seconds),
      0.5,
    ).toFixed(2),
  );
  const peak = Math.max(...results.map(({ ours }) => ours.peakMb));
  return `| ${name} | ${what} | ${seconds.join(" | ")} | ${spread} | ${floor}, ${goal} | ${peak.toFixed(0)} |`;
}

/** Until the first byte of output of a capture of 1 MB, beside a Node that does nothing. */
async function startUp(rounds) {
  const path = join(folder, "small.pcap");
  await makeCapture(path, 20, 1700);
  const ratios = [];
  for (let round = 0; round < rounds * 4; round++) {
    const node = await timeToFirstByte([process.execPath, "-e", "console.log(0)"]);
    ratios.push((await timeToFirstByte([...sniffer, "-r", path, "--json"])) / node);
  }
  ratios.sort((left, right) => left - right);
  return `\nFirst line of a 1 MB capture: ${quantile(ratios, 0.5).toFixed(2)} x \`node -e 0\` (${quantile(ratios, 0.25).toFixed(2)} to ${quantile(ratios, 0.75).toFixed(2)}); the limit is 2.5.`;
}

function quantile(sorted, at) {
  return sorted[Math.min(sorted.length - 1, Math.round(at * (sorted.length - 1)))];
}
