// A program: a crowd of connections of one kind, which it opens, keeps, and tells the fate of.

import { once } from "node:events";
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { frameBytes } from "../helpers/raw-client.js";
import type { CrowdOrder, Report } from "./rpc-load-process.js";

/** Connections being opened at the same time. */
const AT_ONCE = 16;
const REPORT_EVERY_MS = 50;
/** How many share one address of their own on the loopback. */
const PER_ADDRESS = 1_000;
const HELLO = frameBytes({ body: { $case: "hello", value: {} } });
/** The head of a ClientHello whose rest never comes. */
const HALF_A_HELLO = Buffer.from("16030100c8010000c40303", "hex");

const [order]: CrowdOrder[] = await once(process, "message");
if (order === undefined) {
  throw new Error("no order came");
}
const { kind, count, port, ca, dribbleEveryMs } = order;
const fate = { arrived: 0, gone: 0, longestLifeMs: 0 };
/** A long message, byte by byte. */
const dribbled = frameBytes({
  body: { $case: "ping", value: { token: 0xffff_ffff_ffffn } },
  padding: Buffer.alloc(99),
});

setInterval(() => process.send?.({ what: "crowd", ...fate } satisfies Report), REPORT_EVERY_MS);
process.on("disconnect", () => process.exit());
let next = 0;
await Promise.all(Array.from({ length: AT_ONCE }, openOnAndOn));

async function openOnAndOn(): Promise<void> {
  while (next < count) {
    const index = next;
    next += 1;
    await open(index);
  }
}

async function open(index: number): Promise<void> {
  const to = { host: "127.0.0.1", port, localAddress: addressOf(index) };
  const tcp = connectTcp(to);
  // A refusal is an end like any other; the counts tell.
  tcp.on("error", () => {});
  let connectedAt = Number.POSITIVE_INFINITY;
  tcp.once("connect", () => {
    connectedAt = performance.now();
  });
  tcp.on("close", () => {
    fate.gone += 1;
    fate.longestLifeMs = Math.max(fate.longestLifeMs, performance.now() - connectedAt);
  });
  await either(tcp, "connect");
  if (kind === "half_open") {
    tcp.write(HALF_A_HELLO);
  } else {
    await greet(tcp);
  }
  fate.arrived += 1;
}

async function greet(tcp: Socket): Promise<void> {
  const socket = connectTls({ socket: tcp, ca, host: "127.0.0.1", ALPNProtocols: ["earshot/1"] });
  socket.on("error", () => {});
  socket.resume();
  await either(socket, "secureConnect");
  socket.write(HELLO);
  if (kind === "dribbling") {
    dribble(socket, 0);
  }
}

/** The event, or the end of the socket. */
function either(socket: Socket, event: string): Promise<void> {
  return new Promise((resolve) => {
    socket.once(event, () => resolve());
    socket.once("close", () => resolve());
  });
}

function dribble(socket: Socket, at: number): void {
  if (!socket.destroyed && at < dribbled.length) {
    socket.write(dribbled.subarray(at, at + 1));
    setTimeout(() => dribble(socket, at + 1), dribbleEveryMs);
  }
}

/** 127.0.0.2 and on, where the whole of 127.0.0.0/8 is the loopback. */
function addressOf(index: number): string {
  return process.platform === "linux" ? `127.0.${kind.length}.${2 + Math.floor(index / PER_ADDRESS)}` : "127.0.0.1";
}
