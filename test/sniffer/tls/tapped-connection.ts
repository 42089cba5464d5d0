// A plain TCP relay that writes down who said what: real TLS talks for tests, with nothing between the two ends faked.
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import type { Turn } from "./watched-talk.js";

export interface Tap {
  readonly port: number;
  /** All connections' turns, in the order of arrival, one list a connection. */
  readonly talks: Turn[][];
  close(): Promise<void>;
}

/** Listens on a free port of 127.0.0.1 and passes every connection on to `port` there. */
export async function tap(port: number): Promise<Tap> {
  const talks: Turn[][] = [];
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const talk: Turn[] = [];
    talks.push(talk);
    const far = connect(port, "127.0.0.1");
    for (const socket of [near, far]) sockets.add(socket);
    pass(near, far, (bytes) => talk.push({ side: "client", bytes }));
    pass(far, near, (bytes) => talk.push({ side: "server", bytes }));
  });
  const listening = await listen(server);
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, "close");
  };
  return { port: listening, talks, close };
}

export async function listen(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

function pass(source: Socket, target: Socket, note: (bytes: Uint8Array) => void): void {
  source.on("data", (bytes) => {
    note(Uint8Array.from(bytes));
    target.write(bytes);
  });
  source.on("end", () => target.end());
  // Resets are part of what is tested; they end the other side too.
  source.on("error", () => target.destroy());
  source.on("close", () => target.destroy());
}
