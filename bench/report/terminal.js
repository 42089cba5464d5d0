// The tables as the terminal shows them.
import { rateText, ratioText, spreadText } from "./numbers.js";

/** One table of aligned columns: the first to the left, the others to the right. */
export function formatTable(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (row) =>
    row.map((text, column) => (column === 0 ? text.padEnd(widths[column]) : text.padStart(widths[column]))).join("  ");
  return `${rows.map(line).join("\n")}\n`;
}

/** The lines of a measured cell: a row for each peer. */
export function cellRows({ cell, peers }) {
  return peers.map(({ label, rate, clientUs, serverUs, toGrpc, toRaw }, index) => [
    index === 0 ? cell.name : "",
    label,
    rateText(rate.median),
    spreadText(rate),
    toGrpc === undefined ? "" : ratioText(toGrpc.median),
    toRaw === undefined ? "" : ratioText(toRaw.median),
    `${clientUs.median.toFixed(1)} + ${serverUs.median.toFixed(1)}`,
  ]);
}

export const cellHeader = ["cell", "peer", "calls/s", "quartiles", "to grpc-js", "to raw", "CPU us/call"];
