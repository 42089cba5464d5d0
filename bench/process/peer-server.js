// The server's process of one peer.
import { answer } from "./pinned.js";

let server;
let cpuAt;

answer({
  async serve({ peer, ...settings }) {
    const { serve } = await import(`../peers/${peer}/server.js`);
    server = await serve(settings);
    return { port: server.port };
  },
  /** CPU time of this process since the last question, in microseconds. */
  cpu() {
    const { user, system } = process.cpuUsage(cpuAt);
    cpuAt = process.cpuUsage();
    return user + system;
  },
  memory() {
    for (let round = 0; round < 4; round += 1) globalThis.gc();
    const { rss, heapUsed, external } = process.memoryUsage();
    return { rss, heapUsed, external };
  },
});
