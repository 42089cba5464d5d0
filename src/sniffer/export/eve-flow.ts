// What "flow" events of all protocols have, and how Suricata prints times and addresses (docs.suricata.io, EVE JSON format).
import { createHash } from "node:crypto";
import type { Microseconds } from "./connection-facts.js";

/** Microseconds after which a flow is told though others go on. */
const FLOW_SILENCE = 60e6;
const V6_GROUPS = 8;

export interface FlowCounts {
  readonly packets: number;
  readonly frameBytes: number;
}

export interface FlowShape {
  readonly toServer: FlowCounts;
  readonly toClient: FlowCounts;
  readonly started: Microseconds | undefined;
  readonly ended: Microseconds | undefined;
  readonly state: "new" | "established" | "closed";
}

/** `now`: when it is told, by the packets' own time. */
export function flowFields({ toServer, toClient, started, ended, state }: FlowShape, now: Microseconds | undefined) {
  return {
    pkts_toserver: toServer.packets,
    pkts_toclient: toClient.packets,
    bytes_toserver: toServer.frameBytes,
    bytes_toclient: toClient.frameBytes,
    start: eveTime(started),
    end: eveTime(ended),
    // Of whole seconds, as Suricata subtracts them.
    age: Math.floor((ended ?? 0) / 1e6) - Math.floor((started ?? 0) / 1e6),
    state,
    // What is there still when the capture ends is flushed, as Suricata has it; what was silent for long went before.
    reason: (now ?? 0) - (ended ?? 0) > FLOW_SILENCE ? "timeout" : "shutdown",
    alerted: false,
  };
}

/** The same for the same capture, where Suricata's own are random; of 51 bits, so that every reader of JSON keeps it. */
export function flowId(communityId: string, firstFrame: number): number {
  const hash = createHash("sha256").update(`${communityId} ${firstFrame}`).digest();
  return Number(hash.readBigUInt64BE() >> 13n);
}

/** IPv6 with all its zeros, as Suricata prints it by default. */
export function eveAddress(address: string): string {
  if (!address.includes(":")) return address;
  const [before = [], after = []] = address.split("::").map((half) => half.split(":").filter((group) => group !== ""));
  const zeros = Array.from({ length: V6_GROUPS - before.length - after.length }, () => "0");
  return [...before, ...zeros, ...after].map((group) => group.padStart(4, "0")).join(":");
}

/** "2017-04-07T22:24:37.251547+0000". Packets without a time (pcapng's simple ones) are of 1970, as with Suricata. */
export function eveTime(time: Microseconds = 0): string {
  const seconds = new Date(Math.floor(time / 1e6) * 1000).toISOString().slice(0, 19);
  return `${seconds}.${String(Math.floor(time % 1e6)).padStart(6, "0")}+0000`;
}
