// Captures made to exhaust the sniffer: every byte is accounted for, nothing but a CaptureError comes out. The full size is
// a command of its own: each is read by a process, once at half the size, so that its memory and how its time grows are
// seen. A name chooses among them:
//
//     EARSHOT_HOSTILE_PACKETS=1000000 node dist/test/property/hostile-captures.test.js [NAME]
import { spawnSync } from "node:child_process";
import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import t, { type Test } from "tap";
import { CaptureError } from "../../src/sniffer/capture/capture-error.js";
import { CaptureReader } from "../../src/sniffer/capture/capture-reader.js";
import type { SnifferEvent, SummaryEvent } from "../../src/sniffer/event.js";
import { Pipeline } from "../../src/sniffer/pipeline.js";
import { type HostileCapture, hostileCaptures } from "./hostile-captures.js";

const PACKETS = Number(process.env["EARSHOT_HOSTILE_PACKETS"] ?? 0);
const SHORT_PACKETS = 1500;
const MAX_PEAK_BYTES = 300_000_000;
const CHUNK_BYTES = 0x100000;
const MAIN = fileURLToPath(new URL("../../src/sniffer/main.js", import.meta.url));
/** Says on leaving how much memory the process took at most, in kilobytes, and its processor's time in microseconds. */
const MEASURED =
  'data:text/javascript,process.on("exit",()=>{const{maxRSS,userCPUTime}=process.resourceUsage();console.error("peak="+maxRSS+" user="+userCPUTime)})';

t.setTimeout(3_600_000);

const wanted = hostileCaptures.filter(({ name }) => name.includes(process.argv[2] ?? ""));

for (const capture of wanted) {
  t.test(capture.name, async (t) => {
    if (PACKETS === 0) readShort(t, capture);
    else for (const count of [PACKETS / 2, PACKETS]) readByProcess(t, capture, count);
  });
}

function readShort(t: Test, { file }: HostileCapture): void {
  const reader = new CaptureReader();
  const pipeline = new Pipeline({ packets: true });
  let summary: SummaryEvent | undefined;
  const drain = () => {
    for (let packet = reader.next(); packet !== undefined; packet = reader.next()) pipeline.push(packet);
    for (let event: SnifferEvent | undefined = pipeline.next(); event !== undefined; event = pipeline.next()) {
      if (event.event === "summary") summary = event;
    }
  };
  try {
    for (const chunk of file(SHORT_PACKETS)) {
      reader.push(chunk);
      drain();
    }
    reader.finish();
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
  }
  pipeline.finish();
  drain();
  const classes: number[] = Object.values(summary?.accounted ?? {});
  t.equal(
    classes.reduce((sum, bytes) => sum + bytes, 0),
    summary?.bytes,
  );
}

function readByProcess(t: Test, { file }: HostileCapture, count: number): void {
  const path = join(t.testdir(), "capture");
  write(path, file(count));
  const { status, stderr } = spawnSync(process.execPath, [`--import=${MEASURED}`, MAIN, "-r", path, "--json"], {
    stdio: ["ignore", "ignore", "pipe"],
    encoding: "utf8",
  });
  rmSync(path);
  const seconds = (Number(/user=(\d+)/.exec(stderr)?.[1]) / 1e6).toFixed(2);
  const peakBytes = Number(/peak=(\d+)/.exec(stderr)?.[1]) * 1024;
  t.comment(`${count}: ${seconds} s, ${Math.round(peakBytes / 1e6)} MB`);
  t.ok(status === 0 || status === 4, `exit code ${status}`);
  t.ok(peakBytes < MAX_PEAK_BYTES, `a peak of ${peakBytes} bytes`);
}

function write(path: string, chunks: Iterable<Uint8Array>): void {
  const fd = openSync(path, "wx");
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  const flush = () => {
    writeSync(fd, Buffer.concat(waiting));
    waiting = [];
    bytes = 0;
  };
  for (const chunk of chunks) {
    waiting.push(chunk);
    bytes += chunk.length;
    if (bytes >= CHUNK_BYTES) flush();
  }
  flush();
  closeSync(fd);
}
