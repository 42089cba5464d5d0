// Where the time of ours goes: one cell under --cpu-prof, and the functions with the most time of their own.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PeerPair } from "./process/peer-pair.js";

const shown = 30;
const sampleIntervalUs = "200";

/** Profiles both sides, and prints the side that was asked for. */
export async function profileCell({ profile, cells, parts, peers }, certificate) {
  if (!["client", "server"].includes(profile)) throw new Error("--profile takes client or server");
  const folder = mkdtempSync(join(tmpdir(), "earshot-profile-"));
  try {
    const streams = parts.length === 1 && parts[0] === "streams";
    for (const cell of streams ? [{ name: "stream" }] : cells.slice(0, 1)) {
      await run(peers[0], certificate, profile, cell, folder);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function run(peer, certificate, side, cell, folder) {
  const nodeOptions = ["--cpu-prof", `--cpu-prof-dir=${folder}`, "--cpu-prof-interval", sampleIntervalUs];
  const pair = await PeerPair.start(peer, certificate, { [`${side}Options`]: nodeOptions });
  let rate;
  try {
    await pair.dial();
    const kind = cell.name === "stream" ? "stream" : "unary";
    ({ rate } = await pair.run({ ...cell, kind, warmMs: 500, measureMs: 3_000 }));
  } finally {
    await pair.close(); // Only now is the profile written.
  }
  const [file] = readdirSync(folder);
  process.stdout.write(`${cell.name}: ${Math.round(rate)}/s while recorded; the ${side}'s busy time:\n`);
  process.stdout.write(summarizeProfile(JSON.parse(readFileSync(join(folder, file), "utf8"))));
}

function summarizeProfile({ nodes, samples, timeDeltas }) {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const selfUs = new Map();
  let busyUs = 0;
  for (const [index, id] of samples.entries()) {
    const { functionName, url, lineNumber } = frames.get(id);
    if (functionName === "(idle)") continue;
    const place = url === "" ? "" : ` ${url.split("/").slice(-2).join("/")}:${lineNumber + 1}`;
    const name = `${functionName || "(anonymous)"}${place}`;
    selfUs.set(name, (selfUs.get(name) ?? 0) + timeDeltas[index]);
    busyUs += timeDeltas[index];
  }
  return [...selfUs]
    .sort((left, right) => right[1] - left[1])
    .slice(0, shown)
    .map(([name, us]) => `${((100 * us) / busyUs).toFixed(1).padStart(6)}%  ${name}\n`)
    .join("");
}
