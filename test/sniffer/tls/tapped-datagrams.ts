// A UDP relay between one client and one server that writes down who said what.
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import type { Datagram } from "./watched-datagrams.js";

export interface DatagramTap {
  readonly port: number;
  /** In the order in which they came. */
  readonly datagrams: Datagram[];
  close(): Promise<void>;
}

/** Listens on a free port of 127.0.0.1 and passes datagrams on to `port` there, and back to who spoke last. */
export async function tapDatagrams(port: number): Promise<DatagramTap> {
  const datagrams: Datagram[] = [];
  const [near, far] = [await bound(), await bound()];
  let clientPort = 0;
  near.on("message", (bytes, from) => {
    clientPort = from.port;
    datagrams.push({ side: "client", bytes: Uint8Array.from(bytes) });
    far.send(bytes, port, "127.0.0.1");
  });
  far.on("message", (bytes) => {
    datagrams.push({ side: "server", bytes: Uint8Array.from(bytes) });
    near.send(bytes, clientPort, "127.0.0.1");
  });
  const close = async () => {
    const closed = [near, far].map((socket) => once(socket, "close"));
    for (const socket of [near, far]) socket.close();
    await Promise.all(closed);
  };
  return { port: near.address().port, datagrams, close };
}

async function bound(): Promise<Socket> {
  const socket = createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return socket;
}
