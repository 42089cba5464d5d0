// A run on live packets: until it is stopped, its time is over, or it has what it wanted.
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { LiveSource } from "./capture/live-source.js";
import { decodeRelayRoute } from "./capture/relay-address.js";
import { RelaySource } from "./capture/relay-source.js";
import { chooseUser, giveUpRights, type User, whatNeedsRoot } from "./capture/user-rights.js";
import type { CliOptions, CliSource } from "./cli-arguments.js";
import { LiveSignals } from "./live-signals.js";
import { LossWatch } from "./loss-watch.js";
import { encodeLiveStatus } from "./report/live-status.js";
import { choosePaint } from "./report/paint.js";
import type { StatusLine } from "./report/status-line.js";
import { RunError } from "./run-error.js";
import type { SnifferRun } from "./sniffer-run.js";

const MAX_RELAY_CONNECTIONS = 1024;
/** Lines appear at least so often, however quiet the wire is. */
const FLUSH_MS = 100;
const LOSS_MS = 10_000;
/** As often as a person can read it. */
const STATUS_MS = 500;
/** Three seconds. */
const RATE_SAMPLES = 7;

type Note = (line: string) => void;
type Source = Exclude<CliSource, { kind: "file" }>;

export interface LiveEnd {
  /** Packets that were dropped before they could be seen; undefined where nobody can tell. */
  readonly drops: number | undefined;
  /** Why it ended before it was to: what came until then counts all the same. */
  readonly broke: unknown;
  readonly endedBy: NodeJS.Signals | undefined;
}

/** Rejects with LiveError when the capture cannot begin. */
export async function runLive(
  source: Source,
  options: CliOptions,
  run: SnifferRun,
  note: Note,
  status?: StatusLine | undefined,
): Promise<LiveEnd> {
  const user = chooseRights(options, run, note);
  const live = await openSource(source, options, user, note);
  const losses = new LossWatch(live, run, note);
  // Listened to from before the start, so that a signal that comes early also ends with a summary.
  const signals = new LiveSignals(() => losses.tell());
  let failure: unknown;
  let broke: unknown;
  const attempt = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      failure ??= error;
    }
    if (run.over || failure !== undefined) signals.stop();
  };
  try {
    note(await live.start((packet) => attempt(() => run.push(packet))));
    if (user !== undefined) giveUpRights(user);
    const timers = [
      setInterval(() => {
        attempt(() => run.flush());
        status?.restore();
      }, FLUSH_MS),
      setInterval(() => losses.watch(), LOSS_MS),
      ...(status === undefined ? [] : [showStatus(status, live, options, run)]),
      ...(options.seconds === undefined ? [] : [setTimeout(() => signals.stop(), options.seconds * 1000)]),
    ];
    try {
      await Promise.race([
        signals.stopped,
        live.ended.catch((error) => {
          broke = error;
        }),
      ]);
    } finally {
      for (const timer of timers) clearTimeout(timer);
    }
  } finally {
    await live.stop(run.over);
    signals.off();
  }
  if (failure !== undefined) throw failure;
  const { drops } = live;
  if (drops !== undefined && drops > 0) note(`${drops} packets were dropped before they could be seen`);
  return { drops, broke, endedBy: signals.endedBy };
}

/** Draws the line at the foot until the timer is cleared. */
function showStatus(status: StatusLine, live: LiveSource, options: CliOptions, run: SnifferRun): NodeJS.Timeout {
  const paint = choosePaint(process.env, true);
  const begun = performance.now();
  // Packets come in gusts, of tcpdump once a second: a rate over less than some seconds would be of none, or of all.
  const past = [{ at: begun, packets: 0 }];
  return setInterval(() => {
    const { packets, bytes, conversations } = run.pipeline;
    const now = performance.now();
    past.push({ at: now, packets });
    if (past.length > RATE_SAMPLES) past.shift();
    const [first = { at: begun, packets: 0 }] = past;
    const state = {
      seconds: (now - begun) / 1000,
      ofSeconds: options.seconds,
      packets,
      bytes,
      packetsPerSecond: ((packets - first.packets) * 1000) / (now - first.at),
      conversations,
      readable: run.readable,
      drops: live.drops ?? 0,
    };
    status.show(encodeLiveStatus(state, status.cells, paint));
  }, STATUS_MS);
}

/** Undefined: the rights stay as they are, which is said where it was not asked for. */
function chooseRights(options: CliOptions, run: SnifferRun, note: Note): User | undefined {
  const user = chooseUser(options.user, process.env);
  if (user === undefined) return undefined;
  run.giveTo(user);
  const { write, ring, keyLogFile, extractFolder } = options;
  const obstacle = whatNeedsRoot(user, {
    // Some modules and our own .proto files are only loaded when they are needed.
    read: [
      fileURLToPath(new URL("../../../package.json", import.meta.url)),
      ...(keyLogFile === undefined ? [] : [keyLogFile]),
    ],
    writeIn: [
      ...(ring !== undefined && write !== undefined ? [dirname(write)] : []),
      ...(extractFolder === undefined ? [] : [extractFolder]),
    ],
  });
  if (obstacle === undefined) return user;
  const what = `${user.name} may not use ${obstacle}, which is needed while the capture runs`;
  if (options.user !== undefined) throw new RunError(`-Z ${user.name}: ${what}`);
  note(`going on as root: ${what}`);
  return undefined;
}

async function openSource(
  source: Source,
  options: CliOptions,
  user: User | undefined,
  note: Note,
): Promise<LiveSource> {
  if (source.kind === "relay") {
    return new RelaySource({ route: decodeRelayRoute(source.route), maxConnections: MAX_RELAY_CONNECTIONS, note });
  }
  const { LiveBackend } = await import("./capture/live-backend.js");
  const { snapBytes, maxPackets, seconds, immediate } = options;
  return new LiveBackend({ ...source, snapBytes, maxPackets, seconds, immediate, user });
}
