// What was measured on what, in one line.
import { spawnSync } from "node:child_process";
import { cpus, loadavg } from "node:os";

export function describeHost() {
  const versions = ["tshark", "tcpdump"].map((program) => {
    const { stdout, stderr } = spawnSync(program, ["--version"], { encoding: "utf8" });
    const line = /(?:TShark|tcpdump)[^\d]*(\d[\d.]*)/.exec(`${stdout}${stderr}`)?.[1];
    if (line === undefined) throw new Error(`${program} is not here: install it (apt-get install tshark tcpdump)`);
    return `${program} ${line}`;
  });
  const processor = `${cpus().length} cores of ${cpus()[0]?.model ?? "an unknown processor"}`;
  return `${new Date().toISOString()}, Node ${process.versions.node}, ${versions.join(", ")}, ${processor}, load ${loadavg()[0].toFixed(2)} before.`;
}
