// Whole processes, timed from their start to their end, with the memory that they took at their peak.
import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";

const POLL_MS = 20;

/** Its standard output goes to `outputPath`. */
export function runProcess([command, ...args], outputPath) {
  const output = openSync(outputPath, "w");
  return new Promise((resolve, reject) => {
    const begun = performance.now();
    const child = spawn(command, args, { stdio: ["ignore", output, "ignore"] });
    closeSync(output);
    let peakMb = 0;
    const timer = setInterval(() => {
      peakMb = Math.max(peakMb, peakOf(child.pid));
    }, POLL_MS);
    child.once("error", reject);
    child.once("exit", (code) => {
      clearInterval(timer);
      const seconds = (performance.now() - begun) / 1000;
      if (code === 0) resolve({ seconds, peakMb });
      else reject(new Error(`${command} ${args.join(" ")} ended with ${code}`));
    });
  });
}

export function timeToFirstByte([command, ...args]) {
  return new Promise((resolve, reject) => {
    const begun = performance.now();
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "ignore"] });
    let milliseconds = 0;
    child.stdout.once("data", () => {
      milliseconds = performance.now() - begun;
    });
    child.once("error", reject);
    child.once("close", () => resolve(milliseconds));
  });
}

/** VmHWM, where the system tells. */
function peakOf(pid) {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}
