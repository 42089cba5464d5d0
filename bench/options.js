// The command line.
import { parseArgs } from "node:util";
import { cells, parsePeer, peers } from "./cells.js";

export const usage = `npm run bench -- [options]
  --quick           two minutes instead of twelve
  --only PEERS      of ${Object.keys(peers).join(",")}; ours@FOLDER is ours from another build
  --cells FILTER    cells whose name begins so, of ${cells.map(({ name }) => name).join(" ")}
  --parts PARTS     of calls,streams,connections,memory
  --rounds N        rounds of each cell
  --build FOLDER    the build of ours, default dist
  --no-save         leave bench/results and docs/bench.svg as they are; only a whole run writes them anyway
  --profile SIDE    client or server: records one cell of the first peer under --cpu-prof and prints where time goes`;

const parts = ["calls", "streams", "connections", "memory"];

/** @throws Error that says what is wrong. */
export function readOptions(args) {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: "boolean", default: false },
      only: { type: "string", default: Object.keys(peers).join(",") },
      cells: { type: "string", default: "" },
      parts: { type: "string" },
      rounds: { type: "string" },
      build: { type: "string", default: "dist" },
      "no-save": { type: "boolean", default: false },
      profile: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  const rounds = Number(values.rounds ?? (values.quick ? 5 : 15));
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error("--rounds takes a whole number from 1");
  const prefixes = values.cells.split(",");
  const chosen = cells.filter(({ name }) => prefixes.some((prefix) => name.startsWith(prefix)));
  if (chosen.length === 0) throw new Error(`no cell begins so: there are ${cells.map(({ name }) => name).join(" ")}`);
  return {
    ...values,
    rounds,
    // What is written down is a whole run.
    save: !values["no-save"] && !values.quick && values.cells === "" && values.parts === undefined,
    // Who names cells asks about calls.
    parts: (values.parts ?? (values.cells === "" ? parts.join(",") : "calls")).split(","),
    peers: values.only.split(",").map((spec) => withBuild(parsePeer(spec), values.build)),
    cells: chosen,
    times: values.quick
      ? { firstWarmMs: 250, warmMs: 40, measureMs: 200 }
      : { firstWarmMs: 400, warmMs: 80, measureMs: 400 },
  };
}

function withBuild(peer, build) {
  return { ...peer, build: peer.build ?? build };
}
