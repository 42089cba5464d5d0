// Crowds that do nothing, and crowds that do it slowly: who works is served all the while. The full size, which also
// measures, is a command of its own and wants 12,000 descriptors a process (ulimit -Hn):
//
//     EARSHOT_FLOOD=full node dist/test/e2e/rpc-flood.test.js

import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import t, { type Test } from "tap";
import { connect, type Limits } from "../../src/rpc/index.js";
import { EchoServiceDefinition } from "../gen/earshot/test/v1/echo.js";
import { testAuthority } from "../helpers/rpc-pair.js";
import { type CrowdOrder, LoadProcess, type Report } from "./rpc-load-process.js";

const FULL = process.env["EARSHOT_FLOOD"] === "full";
const SIZE = FULL ? { idle: 5_000, halfOpen: 5_000, dribbling: 100 } : { idle: 150, halfOpen: 150, dribbling: 10 };
/** In full: the server's defaults, but for one more connection than they allow. */
const LIMITS: Partial<Limits> = FULL ? { maxConnections: 20_000 } : { handshakeTimeoutMs: 2_000, frameTimeoutMs: 700 };
const DRIBBLE_EVERY_MS = FULL ? 1_000 : 50;
/** How long each phase is measured that does not end by itself. */
const PHASE_MS = FULL ? 8_000 : 50;
/** The 99th percentile is taken of so many calls, and the median of all such windows: a passing cloud is not the weather. */
const WINDOW_CALLS = FULL ? 2_000 : 20;
/** The server's default, and what the timers of two busy processes may add. */
const HALF_OPEN_LIFE_MS = 10_000 + 1_000;

t.setTimeout(300_000);

t.test("who works is served while thousands idle, stop within the handshake, or dribble", async (t) => {
  const { ca, server: tls } = await testAuthority();
  const file = join(t.testdir(), "server");
  const server = new LoadProcess(t, "rpc-load-server", { file, tls, limits: LIMITS, graceMs: 0, port: 0 });
  const listening = await server.report(({ what }) => what === "listening");
  const port = listening.what === "listening" ? listening.port : 0;
  const worker = await Worker.connect(t, port, ca);
  const baseline = await worker.callUntil(setTimeout(PHASE_MS));

  const crowd = (kind: CrowdOrder["kind"], count: number): LoadProcess =>
    new LoadProcess(t, "rpc-flood-crowd", { kind, count, port, ca, dribbleEveryMs: DRIBBLE_EVERY_MS });
  const idle = crowd("idle", SIZE.idle);
  await idle.report((report) => has(report, "arrived", SIZE.idle));
  const amidIdle = await worker.callUntil(setTimeout(PHASE_MS));
  const halfOpen = crowd("half_open", SIZE.halfOpen);
  const dribbling = crowd("dribbling", SIZE.dribbling);
  const gone = Promise.all([
    halfOpen.report((report) => has(report, "gone", SIZE.halfOpen)),
    dribbling.report((report) => has(report, "gone", SIZE.dribbling)),
  ]);
  const underFlood = await worker.callUntil(gone);
  t.comment(`p99 in us: ${p99(baseline)} alone, ${p99(amidIdle)} amid the idle, ${p99(underFlood)} under all of it`);
  t.comment(
    `over all: ${[baseline, amidIdle, underFlood].map((times) => Math.round(quantile(times, 0.99))).join(", ")}`,
  );
  t.comment(`${underFlood.length} calls under the flood`);

  const [halfOpenFate, dribblingFate] = await gone;
  t.comment(`${JSON.stringify(halfOpenFate)} ${JSON.stringify(dribblingFate)}`);
  const stillIdle = await idle.report(({ what }) => what === "crowd");
  t.match(stillIdle, { arrived: SIZE.idle, gone: 0 }, "who is merely idle stays");
  if (FULL) {
    t.ok(
      halfOpenFate.what === "crowd" && halfOpenFate.longestLifeMs < HALF_OPEN_LIFE_MS,
      "half-open ones are gone in time",
    );
    t.ok(p99(amidIdle) < 2 * p99(baseline), "the idle cost nobody anything");
    t.ok(p99(underFlood) < 2 * p99(baseline), "nor does the flood");
  }
});

function has(report: Report, field: "arrived" | "gone", count: number): boolean {
  return report.what === "crowd" && report[field] === count;
}

/** A client that makes one call after another, each of which must go well. */
class Worker {
  readonly #call: () => Promise<unknown>;

  static async connect(t: Test, port: number, ca: string): Promise<Worker> {
    const connection = await connect({ host: "127.0.0.1", port, tls: { ca }, reconnect: false });
    t.teardown(() => connection.close({ graceMs: 0 }));
    const echo = connection.client(EchoServiceDefinition);
    const worker = new Worker(() => echo.unary({ text: "a name and its password" }));
    await worker.callUntil(setTimeout(PHASE_MS)); // Until the code is compiled.
    return worker;
  }

  private constructor(call: () => Promise<unknown>) {
    this.#call = call;
  }

  /** Microseconds of each call. */
  async callUntil(end: Promise<unknown>): Promise<number[]> {
    let over = false;
    const times: number[] = [];
    const noteEnd = (): void => {
      over = true;
    };
    end.then(noteEnd, noteEnd);
    while (!over) {
      times.push(await this.#timed());
    }
    return times;
  }

  async #timed(): Promise<number> {
    const startedAt = performance.now();
    await this.#call();
    return (performance.now() - startedAt) * 1000;
  }
}

/** The median of the windows' 99th percentiles. */
function p99(times: readonly number[]): number {
  const windows = Math.max(Math.floor(times.length / WINDOW_CALLS), 1);
  const each = Array.from({ length: windows }, (_, index) =>
    quantile(times.slice(index * WINDOW_CALLS, (index + 1) * WINDOW_CALLS), 0.99),
  );
  return Math.round(quantile(each, 0.5));
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length * share)] ?? 0;
}
