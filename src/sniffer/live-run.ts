// A run on live packets: until it is stopped, its time is over, or it has what it wanted.

import type { LiveSource } from "./capture/live-source.js";
import { decodeRelayRoute } from "./capture/relay-address.js";
import { RelaySource } from "./capture/relay-source.js";
import type { CliOptions, CliSource } from "./cli-arguments.js";
import type { SnifferRun } from "./sniffer-run.js";

const MAX_RELAY_CONNECTIONS = 1024;
/** Lines appear at least so often, however quiet the wire is. */
const FLUSH_MS = 100;

type Note = (line: string) => void;

/** Rejects with LiveError when the capture cannot begin or breaks. */
export async function runLive(
  source: Exclude<CliSource, { kind: "file" }>,
  options: CliOptions,
  run: SnifferRun,
  note: Note,
): Promise<void> {
  const live = await openSource(source, options, note);
  let stop = (): void => {};
  const over = new Promise<void>((resolve) => {
    stop = resolve;
  });
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  // Listened to from before the start, so that a signal that comes early also ends with a summary.
  const stopNow = (): void => stop();
  for (const signal of signals) process.on(signal, stopNow);
  let failure: unknown;
  const attempt = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      failure ??= error;
    }
    if (run.over || failure !== undefined) stop();
  };
  const receive = (packet: Parameters<typeof run.push>[0]): void => attempt(() => run.push(packet));
  try {
    note(await live.start(receive));
    const timers = [setInterval(() => attempt(() => run.flush()), FLUSH_MS)];
    if (options.seconds !== undefined) timers.push(setTimeout(stopNow, options.seconds * 1000));
    try {
      await Promise.race([over, live.ended]);
    } finally {
      for (const timer of timers) clearTimeout(timer);
    }
  } finally {
    await live.stop();
    for (const signal of signals) process.off(signal, stopNow);
  }
  if (failure !== undefined) throw failure;
  if (live.drops !== undefined && live.drops > 0) note(`${live.drops} packets were dropped before they could be seen`);
}

async function openSource(
  source: Exclude<CliSource, { kind: "file" }>,
  options: CliOptions,
  note: Note,
): Promise<LiveSource> {
  if (source.kind === "relay") {
    return new RelaySource({ route: decodeRelayRoute(source.route), maxConnections: MAX_RELAY_CONNECTIONS, note });
  }
  const { LiveBackend } = await import("./capture/live-backend.js");
  const { snapBytes, maxPackets, seconds } = options;
  return new LiveBackend({ ...source, snapBytes, maxPackets, seconds });
}
