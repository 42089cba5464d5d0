// The client's process of one peer: one connection, and load over it when asked.
import { setTimeout as wait } from "node:timers/promises";
import { answer } from "./pinned.js";

let client;
const connections = [];

answer({
  async dial({ peer, ...settings }) {
    const { dial } = await import(`../peers/${peer}/client.js`);
    client = await dial(settings);
  },
  /** Which loads this peer's client knows. */
  kinds() {
    return Object.keys(client.loads);
  },
  async run({ kind, payload, inFlight, warmMs, measureMs }) {
    const load = client.loads[kind](payload, inFlight);
    await wait(warmMs);
    const cpu = process.cpuUsage();
    const start = performance.now();
    const before = load.completed;
    await wait(measureMs);
    // A slow peer answers a thousand calls in lumps: a window with less than two of them would measure where it began.
    const enough = before + 2 * (inFlight ?? 1);
    while (load.completed < enough && performance.now() - start < 6 * measureMs) await wait(measureMs / 4);
    const count = load.completed - before;
    const ms = performance.now() - start;
    const { user, system } = process.cpuUsage(cpu);
    await load.stop();
    if (load.failed !== undefined) throw load.failed;
    return { count, ms, cpuUs: user + system };
  },
  /** Holds so many connections open, and nothing more. */
  async hold({ peer, count, ...settings }) {
    const { dialMany } = await import(`../peers/${peer}/client.js`);
    const dialled = await dialMany(settings, count);
    connections.push(...dialled); // Or the collector would close them.
    return { held: dialled.length };
  },
  async connectionRate({ peer, resume, warmMs, measureMs, ...settings }) {
    const { connectLoad } = await import(`../peers/${peer}/client.js`);
    const load = await connectLoad(settings, resume);
    await wait(warmMs);
    const start = performance.now();
    const before = load.completed;
    const resumedBefore = load.resumed;
    await wait(measureMs);
    const count = load.completed - before;
    const resumed = load.resumed - resumedBefore;
    const ms = performance.now() - start;
    await load.stop();
    if (load.failed !== undefined) throw load.failed;
    return { count, resumed, ms, total: load.completed };
  },
});
