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
  --no-save         leave bench/results and docs/bench.svg as they are
  --profile SIDE    client or server: records one cell under --cpu-prof and prints where time goes`;

const parts = ["calls", "streams", "connections", "memory"];

/** @throws Error that says what is wrong. */
export function readOptions(args) {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: "boolean", default: false },
      only: { type: "string", default: Object.keys(peers).join(",") },
      cells: { type: "string", default: "" },
      parts: { type: "string", default: parts.join(",") },
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
  return {
    ...values,
    rounds,
    save: !values["no-save"],
    parts: values.parts.split(","),
    peers: values.only.split(",").map((spec) => withBuild(parsePeer(spec), values.build)),
    cells: cells.filter(({ name }) => prefixes.some((prefix) => name.startsWith(prefix))),
    times: values.quick
      ? { firstWarmMs: 250, warmMs: 40, measureMs: 200 }
      : { firstWarmMs: 400, warmMs: 80, measureMs: 400 },
  };
}

function withBuild(peer, build) {
  return { ...peer, build: peer.build ?? build };
}
