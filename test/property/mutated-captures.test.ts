// Damaged captures through the whole pipeline: only a CaptureError may come out of a reader, nothing at all out of the
// rest, and every captured byte is accounted for. The full size is a command of its own, on any folder of captures, and
// what it prints repeats one variant:
//
//     EARSHOT_FUZZ_CAPTURES=100000 EARSHOT_FUZZ_FOLDER=/captures node dist/test/property/mutated-captures.test.js
//     EARSHOT_FUZZ_CAPTURES=1 EARSHOT_SEED=12345 EARSHOT_FUZZ_FOLDER=/captures node dist/test/property/mutated-captures.test.js
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import t from "tap";
import { CaptureError } from "../../src/sniffer/capture/capture-error.js";
import { CaptureReader } from "../../src/sniffer/capture/capture-reader.js";
import type { SummaryEvent } from "../../src/sniffer/event.js";
import { SecretList } from "../../src/sniffer/finding/secret-search.js";
import type { RawPacket } from "../../src/sniffer/packet/raw-packet.js";
import { Pipeline } from "../../src/sniffer/pipeline.js";
import { ProtoFolders } from "../../src/sniffer/proto-folder.js";
import { chooseSeed, RandomSource } from "../helpers/random-source.js";
import { mutateBytes, mutatePackets } from "./capture-mutation.js";

const VARIANTS = Number(process.env["EARSHOT_FUZZ_CAPTURES"] ?? 600);
const FOLDER =
  process.env["EARSHOT_FUZZ_FOLDER"] ?? fileURLToPath(new URL("../../../test/fixtures/captures/", import.meta.url));
/** Larger files only make each variant slower. */
const MAX_FILE_BYTES = 200_000;
/** Only in the full run: no capture of this size needs a hundredth of it. */
const MAX_SECONDS = process.env["EARSHOT_FUZZ_CAPTURES"] === undefined ? Number.POSITIVE_INFINITY : 20;

t.setTimeout(24 * 3_600_000);

interface Capture {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly packets: readonly RawPacket[];
}

const folders = new ProtoFolders();
const keyLog = readAll(FOLDER, /keylog.*\.txt$|\.keys$/)
  .map(({ bytes }) => new TextDecoder("latin1").decode(bytes))
  .join("\n");

function readAll(folder: string, pattern: RegExp): { name: string; bytes: Uint8Array }[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => pattern.test(name))
    .filter((name) => statSync(join(folder, name)).isFile() && statSync(join(folder, name)).size <= MAX_FILE_BYTES)
    .sort()
    .map((name) => ({ name, bytes: Uint8Array.from(readFileSync(join(folder, name))) }));
}

/** Those that are captures at all, whatever they are called. */
function captures(): Capture[] {
  return readAll(FOLDER, /./)
    .map((file) => ({ ...file, packets: packetsOf(file.bytes) }))
    .filter(({ packets }) => packets.length > 0);
}

/** Copies, since what a reader gives may be valid only until the next. */
function packetsOf(bytes: Uint8Array): RawPacket[] {
  const reader = new CaptureReader();
  const packets: RawPacket[] = [];
  const drain = () => {
    for (let packet = reader.next(); packet !== undefined; packet = reader.next()) {
      const { frame, seconds, nanoseconds, linkType, originalLength } = packet;
      packets.push({ frame, seconds, nanoseconds, linkType, originalLength, bytes: packet.bytes.slice() });
    }
  };
  try {
    reader.push(bytes);
    drain();
    reader.finish();
    drain();
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
  }
  return packets;
}

function pipelineFor(random: RandomSource): Pipeline {
  const tight = {
    maxConversations: 3,
    maxHeldBytes: 4096,
    maxHeldSegments: 4,
    maxHeldBytesInAll: 8192,
    lingerSeconds: 1,
  };
  const pipeline = new Pipeline({
    packets: true,
    schema: () => folders.schema(),
    foreignMessages: () => (random.chance(0.5) ? folders.schema().topLevelMessages() : []),
    secrets: random.chance(0.3) ? new SecretList([Buffer.from("password")]) : undefined,
    limits: random.chance(0.3) ? tight : {},
  });
  if (random.chance(0.7)) pipeline.addKeys(keyLog);
  return pipeline;
}

/** Reads all events as a report would; gives the bytes that nothing accounts for. */
function unaccounted(pipeline: Pipeline, packets: readonly RawPacket[]): number {
  let summary: SummaryEvent | undefined;
  const drain = () => {
    for (let event = pipeline.next(); event !== undefined; event = pipeline.next()) {
      JSON.stringify(event);
      if (event.event === "summary") summary = event;
    }
  };
  for (const packet of packets) {
    pipeline.push(packet);
    drain();
  }
  pipeline.finish();
  drain();
  const classes = Object.values(summary?.accounted ?? {}) as number[];
  if (classes.some((bytes) => bytes < 0)) return Number.NaN;
  return (summary?.bytes ?? Number.NaN) - classes.reduce((sum, bytes) => sum + bytes, 0);
}

t.test("damaged captures are told, not believed, and accounted for to the byte", async (t) => {
  const all = captures();
  const seed = chooseSeed();
  t.comment(`seed ${seed}, ${all.length} captures`);
  t.ok(all.length > 0);
  let slowest = { seconds: 0, name: "", seed };
  let packetCount = 0;
  for (let variant = 0; variant < VARIANTS; variant++) {
    const random = new RandomSource(seed + variant);
    const [own, other] = [all[random.below(all.length)], all[random.below(all.length)]];
    if (own === undefined || other === undefined) continue;
    const what = `${own.name} with ${other.name}, EARSHOT_SEED=${seed + variant}`;
    const started = performance.now();
    try {
      const packets = random.chance(0.4)
        ? packetsOf(mutateBytes(random, own.bytes, other.bytes))
        : mutatePackets(random, own.packets, other.packets);
      packetCount += packets.length;
      const left = unaccounted(pipelineFor(random), packets);
      if (left !== 0) t.fail(`${left} bytes unaccounted for: ${what}`);
    } catch (error) {
      t.fail(`${error instanceof Error ? error.stack : String(error)}: ${what}`);
    }
    const seconds = (performance.now() - started) / 1000;
    if (seconds > slowest.seconds) slowest = { seconds, name: own.name, seed: seed + variant };
    if (seconds > MAX_SECONDS) t.fail(`${seconds} s: ${what}`);
  }
  t.comment(`${VARIANTS} variants, ${packetCount} packets; the slowest took ${slowest.seconds.toFixed(2)} s`, slowest);
});

t.test("whole captures, and with any snapshot length, are accounted for", async (t) => {
  const wrong: string[] = [];
  for (const { name, packets } of captures()) {
    for (const snapBytes of [Number.POSITIVE_INFINITY, 14, 33, 54, 67, 96, 200]) {
      const cut = packets.map((packet) => ({ ...packet, bytes: packet.bytes.slice(0, snapBytes) }));
      const left = unaccounted(pipelineFor(new RandomSource(snapBytes)), cut);
      if (left !== 0) wrong.push(`${name} with a snapshot length of ${snapBytes}: ${left} bytes`);
    }
  }
  t.same(wrong, []);
});
