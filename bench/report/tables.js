// Results as rows of text: the same for the terminal, the report and the README.
import { kibText, rateText, ratioText, spreadText } from "./numbers.js";

export const callHeader = ["cell", "peer", "calls/s", "quartiles", "to grpc-js", "to raw", "CPU us/call"];

/** A row for each peer of a cell. */
export function callRows({ cell, peers }) {
  return peers.map(({ label, rate, clientUs, serverUs, toGrpc, toRaw }, index) => [
    index === 0 ? cell.name : "",
    label,
    rateText(rate.median),
    spreadText(rate, rateText),
    withSpread(toGrpc),
    withSpread(toRaw),
    `${cpuText(clientUs)} + ${cpuText(serverUs)}`,
  ]);
}

export const connectHeader = [
  "new connections",
  "server",
  "per second",
  "quartiles",
  "to bare tls",
  "server CPU us",
  "resumed",
];

export function connectRows({ name, peers }) {
  return peers.map(({ label, rate, serverUs, resumed, toBare }, index) => [
    index === 0 ? name : "",
    label,
    rateText(rate.median),
    spreadText(rate, rateText),
    withSpread(toBare),
    rateText(serverUs.median),
    `${Math.round(100 * resumed)}%`,
  ]);
}

export const memoryHeader = ["memory of an idle connection", "server", "RSS, KiB", "JS heap, KiB", "to bare tls"];

export function memoryRows({ connections, peers }) {
  const bare = peers.find(({ spec }) => spec === "bare-tls");
  return peers.map(({ label, rssBytes, heapBytes }, index) => [
    index === 0 ? `of ${connections.toLocaleString("en-US")}` : "",
    label,
    kibText(rssBytes),
    kibText(heapBytes),
    ratioText(rssBytes / bare.rssBytes),
  ]);
}

/** Aligned columns: the first two to the left, numbers to the right. */
export function formatText(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (row) =>
    row.map((text, column) => (column < 2 ? text.padEnd(widths[column]) : text.padStart(widths[column]))).join("  ");
  return `${rows.map((row) => line(row).trimEnd()).join("\n")}\n`;
}

export function formatMarkdown([header, ...rows]) {
  const marks = header.map((_, column) => (column < 2 ? "---" : "--:"));
  return `${[header, marks, ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n")}\n`;
}

function withSpread(ratio) {
  return ratio === undefined ? "" : `${ratioText(ratio.median)} (${spreadText(ratio, ratioText)})`;
}

function cpuText({ median }) {
  return median >= 10 ? String(Math.round(median)) : median.toPrecision(2);
}
