// The forked child that captures with cap: it only copies and stamps, since its loop does not return while packets
// wait, and whatever takes long in the callback loses packets without a word (cap 0.2.1).
import { createRequire } from "node:module";
import { constants, setPriority } from "node:os";
import { CAP_SNAP_BYTES, encodePcapHeader, linkTypeOf, PCAP_RECORD_BYTES, wireLength } from "./cap-frame.js";
import type { CapOrder, CapReport } from "./cap-message.js";
import { giveUpRights } from "./user-rights.js";
import { WaitingPipe } from "./waiting-pipe.js";
import { WallClock } from "./wall-clock.js";

/** As much of cap as is used. It is an EventEmitter by its prototype. */
interface Cap {
  open(device: string, filter: string, ringBytes: number, buffer: Buffer): string;
  close(): boolean;
  on(event: "packet", listener: (length: number, truncated: boolean) => void): void;
}

interface CapModule {
  Cap: { new (): Cap; deviceList(): Device[] };
}

interface Device {
  name: string;
  description?: string;
  addresses: { addr?: string }[];
}

/** Slots of the ring on lo are as large as its MTU of 65,536, so that it needs more to hold as many. */
const RING_BYTES = [256, 64, 16].map((mebibytes) => mebibytes * 0x100000);
const BATCH_BYTES = 0x10000;
/** Half a second of a gigabit: a parent that sweeps its memory or compiles takes less. */
const WAITING_BYTES = 0x4000000;
const BATCH_MS = 20;
const DRAIN_MS = 50;
const STDOUT = 1;

const order: CapOrder = JSON.parse(process.argv[2] ?? "{}");
// Held here for as long as the process lives: cap writes into it without keeping it alive.
const buffer = Buffer.alloc(CAP_SNAP_BYTES);
const pipe = new WaitingPipe(STDOUT, { bytes: WAITING_BYTES, chunkBytes: BATCH_BYTES });
const clock = new WallClock();
const batch = Buffer.allocUnsafeSlow(BATCH_BYTES + PCAP_RECORD_BYTES + CAP_SNAP_BYTES);
let batchBytes = 0;
let batchSinceMs = 0;
let timer: NodeJS.Timeout | undefined;
let packets = 0;
let stopped = false;
let deadlineMs = Number.POSITIVE_INFINITY;

begin();

function begin(): void {
  process.on("disconnect", () => process.exit(0));
  // A terminal sends SIGINT to all processes of the group: the parent decides when it is over.
  process.on("SIGINT", () => {});
  let module: CapModule;
  try {
    module = createRequire(import.meta.url)("cap");
  } catch (error) {
    report({ kind: "missing", text: textOf(error) });
    return;
  }
  if (order.list) listInterfaces(module);
  else capture(module);
}

function listInterfaces(module: CapModule): void {
  const interfaces = module.Cap.deviceList().map(({ name, description, addresses }) => ({
    name,
    description: description ?? "",
    addresses: addresses.flatMap(({ addr }) => addr ?? []),
  }));
  report({ kind: "interfaces", interfaces });
}

function capture(module: CapModule): void {
  const opened = openCap(module);
  if (opened === undefined) return;
  const { cap, linkType } = opened;
  hurry();
  if (order.user !== undefined) giveUpRights(order.user);
  append(encodePcapHeader(linkType));
  flush();
  cap.on("packet", (length) => takePacket(cap, linkType, length));
  // Its loop returns when no packet waits: by then, what had crossed the wire has come.
  process.on("message", () => setTimeout(() => stop(cap), DRAIN_MS));
  if (order.seconds !== undefined) {
    deadlineMs = Date.now() + order.seconds * 1000;
    setTimeout(() => stop(cap), order.seconds * 1000);
  }
  process.send?.({ kind: "ready" } satisfies CapReport);
}

/** Before other programs, where that is allowed: waiting its turn behind them for some hundredths of a second loses packets. */
function hurry(): void {
  try {
    setPriority(constants.priority.PRIORITY_HIGH);
  } catch {
    // It works without.
  }
}

/** One new object for each attempt, and none is closed or used again that failed to open: cap would crash. */
function openCap(module: CapModule): { cap: Cap; linkType: number } | undefined {
  let failure: unknown;
  for (const ringBytes of RING_BYTES) {
    const cap = new module.Cap();
    try {
      return { cap, linkType: linkTypeOf(cap.open(order.interfaceName, order.filter, ringBytes, buffer)) };
    } catch (error) {
      failure = error;
      if (!/memory|ENOMEM|buffer/i.test(textOf(error))) break;
    }
  }
  report({ kind: "failed", text: textOf(failure), known: module.Cap.deviceList().map(({ name }) => name) });
  return undefined;
}

function takePacket(cap: Cap, linkType: number, length: number): void {
  if (stopped) return;
  const { seconds, nanoseconds } = clock.now();
  const kept = order.snapBytes === undefined ? length : Math.min(length, order.snapBytes);
  const at = batchBytes;
  const nowMs = seconds * 1000 + nanoseconds / 1_000_000;
  if (at === 0) batchSinceMs = nowMs;
  batch.writeUInt32LE(seconds, at);
  batch.writeUInt32LE(nanoseconds, at + 4);
  batch.writeUInt32LE(kept, at + 8);
  batch.writeUInt32LE(wireLength(linkType, buffer, length), at + 12);
  buffer.copy(batch, at + PCAP_RECORD_BYTES, 0, kept);
  batchBytes = at + PCAP_RECORD_BYTES + kept;
  packets += 1;
  settle(nowMs);
  if (nowMs >= deadlineMs || packets === order.maxPackets) stop(cap);
}

/** Timers do not run while packets wait, so the clock is asked here as well. */
function settle(nowMs: number): void {
  timer ??= setTimeout(flush, BATCH_MS);
  if (batchBytes >= BATCH_BYTES || nowMs - batchSinceMs >= BATCH_MS) flush();
}

function append(bytes: Uint8Array): void {
  batch.set(bytes, batchBytes);
  batchBytes += bytes.length;
}

function flush(): void {
  clearTimeout(timer);
  timer = undefined;
  write(() => {
    if (batchBytes > 0) pipe.push(batch.subarray(0, batchBytes));
    else pipe.write();
    batchBytes = 0;
  });
  if (!pipe.isEmpty) timer = setTimeout(flush, BATCH_MS);
}

function write(how: () => void): void {
  try {
    how();
  } catch {
    // The parent is gone.
    process.exit(0);
  }
}

function stop(cap: Cap): void {
  if (stopped) return;
  stopped = true;
  flush();
  write(() => pipe.finish());
  // From within the callback this only marks it; cap lets go when the loop returns.
  cap.close();
  setImmediate(() => process.exit(0));
}

function report(message: CapReport): void {
  if (process.send === undefined) process.exit(1);
  process.send(message, () => process.exit(message.kind === "interfaces" ? 0 : 1));
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
