// The report of --count: a table of packets and bytes by protocol.
import type { SnifferEvent, SummaryEvent } from "../event.js";
import type { Report } from "./report.js";
import { safeText } from "./terminal-text.js";

export class CountReport implements Report {
  encode(event: SnifferEvent): string {
    return event.event === "summary" ? encodeTable(event) : "";
  }

  end(): string {
    return "";
  }
}

function encodeTable({ packets, bytes, protocols = {}, damaged }: SummaryEvent): string {
  const rows = [
    ...Object.entries(protocols).map(([name, count]) => [safeText(name), count.packets, count.bytes] as const),
    ["in all", packets, bytes] as const,
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => String(row[column]).length)));
  const [nameCells = 0, packetCells = 0, byteCells = 0] = widths;
  const lines = rows.map(([name, count, sum]) => {
    return `${name.padEnd(nameCells)}  ${String(count).padStart(packetCells)} packets  ${String(sum).padStart(byteCells)} bytes`;
  });
  return [...lines, ...(damaged ? ["the capture is damaged: what came before the damage is counted"] : []), ""].join(
    "\n",
  );
}
