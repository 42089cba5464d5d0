// What a run leaves behind: a dated report for people, and the newest figures for programs.
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { root } from "../product.js";
import { drawChart } from "./chart.js";
import { readmeTable } from "./readme-table.js";
import {
  callHeader,
  callRows,
  connectHeader,
  connectRows,
  formatMarkdown,
  formatText,
  memoryHeader,
  memoryRows,
} from "./tables.js";

const folder = fileURLToPath(new URL("../results", import.meta.url));

/** The tables that this run can fill. */
export function tablesOf({ cells, connecting, memory }) {
  return [
    cells.length > 0 ? [callHeader, ...cells.flatMap(callRows)] : undefined,
    connecting.length > 0 ? [connectHeader, ...connecting.flatMap(connectRows)] : undefined,
    memory === undefined ? undefined : [memoryHeader, ...memoryRows(memory)],
  ].filter((table) => table !== undefined);
}

export function printTables(results) {
  process.stdout.write(
    tablesOf(results)
      .map((table) => `\n${formatText(table)}`)
      .join(""),
  );
}

/** Writes report, figures and picture; returns where the report is. */
export function writeResults(results) {
  mkdirSync(folder, { recursive: true });
  const { date, node } = results.machine;
  const name = `${date.slice(0, 10)}-node${node.slice(1)}`;
  writeFileSync(`${folder}/${name}.md`, reportOf(results));
  writeFileSync(`${folder}/latest.json`, `${JSON.stringify(results, null, 2)}\n`);
  writeFileSync(`${root}docs/bench.svg`, drawChart(results));
  return `bench/results/${name}.md`;
}

function reportOf(results) {
  const { machine, command, rounds } = results;
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`);
  return [
    `# Measured on ${machine.date.slice(0, 10)} with Node ${machine.node}\n`,
    `Command: \`${command}\`, ${rounds} rounds.\n`,
    `- Machine: ${machine.processor}, ${machine.cores} cores, ${machine.memoryGib} GiB, Linux ${machine.kernel}; load before the run ${machine.loadBefore.toFixed(2)}.`,
    `- Placement: ${machine.placement}, each peer in processes of its own, over loopback.`,
    `- Versions: earshot ${machine.earshot}, ${versions.join(", ")}; OpenSSL ${machine.openssl} in Node, ${machine.opensslProgram ?? "none"} as a program.`,
    "- TLS 1.3, TLS_AES_128_GCM_SHA256, one ECDSA P-256 certificate for all.\n",
    "Medians, and the quartiles in which the middle half of the rounds lies. Ratios are taken within each round, between",
    "neighbours of a few hundred milliseconds, and summarized then. CPU: client + server.\n",
    ...tablesOf(results).map(formatMarkdown),
    "For the README:\n",
    readmeTable(results),
  ].join("\n");
}
