// openssl's own client that times handshakes.
import { spawn, spawnSync } from "node:child_process";
import { canPin } from "../process/pinned.js";

const seconds = "1";

/** Undefined where openssl is not installed. */
export const opensslVersion = spawnSync("openssl", ["version"], { encoding: "utf8" }).stdout?.trim();

/** One round of `openssl s_time`, in the terms of the other rounds; undefined when its handshakes fail. */
export async function timeConnections(pair, mode) {
  const version = mode === "-reuse" ? ["-tls1_2"] : ["-tls1_3", "-ciphersuites", "TLS_AES_128_GCM_SHA256"];
  const args = ["s_time", "-connect", `127.0.0.1:${pair.target.port}`, mode, "-time", seconds, ...version];
  await pair.server.ask("cpu");
  const start = performance.now();
  const output = await run(canPin ? ["taskset", "-c", "1", "openssl", ...args] : ["openssl", ...args]);
  const ms = performance.now() - start;
  const serverUs = await pair.server.ask("cpu");
  // It prints a character for each connection: r for one that was resumed.
  const marks = output.split("\n\n")[0].match(/[rt*]/g) ?? [];
  const [, count] = /(\d+) connections in \d+ real seconds/.exec(output) ?? [];
  if (count === undefined) return undefined; // A server that closes before the handshake of 1.2 is done fails it.
  const resumed = marks.filter((mark) => mark === "r").length / Math.max(1, marks.length);
  return { rate: (Number(count) * 1000) / ms, serverUs: serverUs / Number(count), resumed };
}

function run([command, ...args]) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text) => (output += text));
    child.on("error", reject);
    child.on("close", () => resolve(output));
  });
}
