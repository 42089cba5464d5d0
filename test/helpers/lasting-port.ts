// A port that can be left and taken again: below those that the kernel gives to whoever listens or dials on any port (from
// 32768 on Linux, from 49152 elsewhere), and of this process alone, so that no test that runs beside it comes in between.
import { createServer } from "node:net";

const FIRST_PORT = 10_000;
const END_PORT = 32_768;
const PORTS_A_PROCESS = 16;
const PROCESSES = Math.floor((END_PORT - FIRST_PORT) / PORTS_A_PROCESS);
const ownPorts = FIRST_PORT + (process.pid % PROCESSES) * PORTS_A_PROCESS;
let given = 0;

/** The next of this process's ports at which nothing listens. */
export async function lastingPort(host = "127.0.0.1"): Promise<number> {
  for (let tries = 0; tries < PORTS_A_PROCESS; tries += 1) {
    const port = ownPorts + (given++ % PORTS_A_PROCESS);
    if (await isFree(host, port)) return port;
  }
  throw new Error(`all ports from ${ownPorts} on are taken`);
}

function isFree(host: string, port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once("error", () => resolve(false));
    server.listen({ host, port }, () => server.close(() => resolve(true)));
  });
}
