// The few figures that README quotes.
import { ratioText } from "./numbers.js";
import { formatMarkdown } from "./tables.js";

const names = {
  "40B/1": "1 call in flight",
  "40B/16": "16 calls",
  "40B/128": "128 calls",
  "40B/1024": "1,024 calls",
  "10KB/16": "16 calls of 10 KB",
  "1MB/4": "4 calls of 1 MB",
};

export function readmeTable({ cells }) {
  const rows = cells.flatMap(({ cell, peers }) => {
    const ours = peers.find(({ spec }) => spec.startsWith("ours"));
    if (names[cell.name] === undefined || ours === undefined) return [];
    return [[names[cell.name], perSecond(ours.rate.median), times(ours.toGrpc), times(ours.toRaw)]];
  });
  return formatMarkdown([["", "calls/s", "× @grpc/grpc-js", "× raw TLS echo"], ...rows]);
}

function perSecond(rate) {
  return Number(rate.toPrecision(2)).toLocaleString("en-US");
}

function times(ratio) {
  return ratio === undefined ? "" : ratioText(ratio.median);
}
