// `npm run bench:live`, as root: what live capture on lo loses of a flood, with either backend, the whole sniffer at work.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** What UDP, IPv4 and Ethernet add. */
const HEADER_BYTES = 42;
/** After the flood, for what is still under way: tcpdump hands over its last after a second. */
const REST_SECONDS = 3;

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "10" },
    rate: { type: "string", default: "100000" },
    bytes: { type: "string", default: "1400" },
    seconds: { type: "string", default: "5" },
  },
});
const [rounds, rate, bytes, seconds] = [values.rounds, values.rate, values.bytes, values.seconds].map(Number);

process.stdout.write(`${rate} packets/s of ${bytes} bytes on lo for ${seconds} s, --json, ${rounds} rounds\n`);
const lost = { cap: [], tcpdump: [] };
for (let round = 0; round < rounds; round++) {
  for (const backend of ["cap", "tcpdump"]) lost[backend].push(await measure(backend));
}
for (const [backend, shares] of Object.entries(lost)) {
  const without = shares.filter((share) => share === 0).length;
  const worst = Math.max(...shares);
  process.stdout.write(
    `${backend}: nothing lost in ${without} of ${rounds} rounds; at worst ${(100 * worst).toFixed(3)} %\n`,
  );
}

/** What share of the packets was not seen. */
async function measure(backend) {
  const sniffer = [join(root, "dist/src/sniffer/main.js"), "-i", "lo", "--backend", backend, "--json"];
  const watching = start([...sniffer, "--seconds", `${seconds + REST_SECONDS}`, "udp"]);
  for (let words = ""; !words.includes("capturing on"); ) {
    const [chunk] = await Promise.race([once(watching.child.stderr, "data"), watching.ended.then(() => [undefined])]);
    if (chunk === undefined) throw new Error(`the sniffer did not start: ${words}`);
    words += chunk;
  }
  const length = `${bytes - HEADER_BYTES}`;
  const sent = Number(await start([join(root, "bench/sniffer/flood.js"), `${rate}`, length, `${seconds}`]).ended);
  const { packets } = JSON.parse((await watching.ended).trim().split("\n").at(-1));
  return Math.max(0, sent - packets) / sent;
}

function start(command) {
  const child = spawn(process.execPath, command, { stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (chunk) => {
    text += chunk;
  });
  return { child, ended: once(child, "close").then(() => text) };
}
