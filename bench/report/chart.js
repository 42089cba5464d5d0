// The picture of a run, as SVG that follows the reader's light or dark colours.
import { parsePeer } from "../cells.js";
import { barPanel } from "./bar-panel.js";
import { linePanel } from "./line-panel.js";
import { kibText, rateText } from "./numbers.js";

const width = 960;
const height = 470;

const style = `
  text { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; fill: #1f2328; }
  .title { font-weight: 600; font-size: 15px; }
  .small { font-size: 12px; fill: #59636e; }
  .grid { stroke: #d1d9e0; stroke-width: 1; }
  .line { fill: none; stroke-width: 2.5; stroke-linejoin: round; stroke-linecap: round; }
  .own { font-weight: 700; }
  .ours { --ink: #0969da; } .raw-tls, .bare-tls { --ink: #818b98; } .grpc-js { --ink: #bc4c00; }
  .ours-padded { --ink: #54aeff; } .connect { --ink: #8250df; } .https-json { --ink: #1a7f37; }
  .line, .dot { stroke: var(--ink); } .dot, .bar { fill: var(--ink); } .label { fill: var(--ink); }
  .raw-tls.line { stroke-dasharray: 5 5; } .ours-padded.line { stroke-dasharray: 2 4; }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; } .small { fill: #9198a1; } .grid { stroke: #3d444d; }
    .ours { --ink: #4493f8; } .raw-tls, .bare-tls { --ink: #9198a1; } .grpc-js { --ink: #f0883e; }
    .ours-padded { --ink: #a5d6ff; } .connect { --ink: #ab7df8; } .https-json { --ink: #3fb950; }
  }`;

/** Draws what of the results there is. */
export function drawChart({ machine, cells, memory }) {
  const small = cells.filter(({ cell }) => cell.payload === "40B");
  const large = cells.find(({ cell }) => cell.payload === "1MB");
  const panels = [
    small.length > 1 ? linePanel({ x: 92, y: 64, width: 350, height: 330 }, seriesOf(small)) : "",
    large === undefined ? "" : barPanel({ x: 680, y: 64, width: 260 }, largeBars(large)),
    memory === undefined ? "" : barPanel({ x: 680, y: 310, width: 260 }, memoryBars(memory)),
  ];
  const day = machine.date.slice(0, 10);
  const [major] = machine.node.slice(1).split(".");
  const caption = `Medians of interleaved rounds, ${day}: Node ${major}, TLS 1.3, one connection, client and server on a core each.`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="Calls per second of earshot/rpc and others">
<style>${style}
</style>
${panels.filter((panel) => panel !== "").join("\n")}
<text class="small" x="20" y="${height - 16}">${caption}</text>
</svg>
`;
}

function seriesOf(cells) {
  const specs = [...new Set(cells.flatMap(({ peers }) => peers.map(({ spec }) => spec)))];
  return {
    title: "Calls per second, 40-byte messages",
    xTitle: "calls in flight",
    series: specs.map((spec) => ({
      kind: parsePeer(spec).module,
      label: parsePeer(spec).label,
      points: cells.flatMap(({ cell, peers }) => {
        const peer = peers.find((one) => one.spec === spec);
        return peer === undefined ? [] : [{ x: cell.inFlight, y: peer.rate.median }];
      }),
    })),
  };
}

function largeBars({ peers }) {
  return {
    title: "4 calls of 1 MB at once, MB/s",
    bars: peers.map(({ spec, label, rate }) => ({
      kind: parsePeer(spec).module,
      label,
      value: rate.median,
      text: rateText(rate.median),
    })),
  };
}

function memoryBars({ peers }) {
  return {
    title: "An idle connection, KiB",
    bars: peers.map(({ spec, label, rssBytes }) => ({
      kind: spec === "bare-tls" ? spec : parsePeer(spec).module,
      label,
      value: rssBytes,
      text: kibText(rssBytes),
    })),
  };
}
