// Captures for tests: connections played as packets, by the same code that the relay uses.

import { CaptureWriter } from "../../src/sniffer/capture/capture-writer.js";
import { RELAY_LINK_TYPE, RelayFlow } from "../../src/sniffer/capture/relay-packets.js";
import type { Side, SnifferEvent } from "../../src/sniffer/event.js";
import type { RawPacket } from "../../src/sniffer/packet/raw-packet.js";
import { Pipeline, type PipelineOptions } from "../../src/sniffer/pipeline.js";

export type Said = readonly [side: Side, said: string | Uint8Array];

export interface PlayOptions {
  readonly clientPort?: number;
  readonly serverPort?: number;
  /** Ends with both FINs unless told otherwise. */
  readonly end?: "fin" | "rst" | "open";
  readonly address?: string;
}

/** The packets of one connection, without numbers. */
export function play(talk: readonly Said[], options: PlayOptions = {}): Uint8Array[] {
  const { clientPort = 40_001, serverPort = 443, end = "fin", address = "10.0.0." } = options;
  const flow = new RelayFlow({
    client: { address: `${address}1`, port: clientPort, sequence: 0xfffffff0 },
    server: { address: `${address}2`, port: serverPort, sequence: 7 },
  });
  const packets = flow.open();
  for (const [side, said] of talk) packets.push(...flow.data(side, toBytes(said)));
  if (end === "fin") packets.push(...flow.end("client"), ...flow.end("server"));
  if (end === "rst") packets.push(...flow.reset("server"));
  return packets;
}

export function toBytes(said: string | Uint8Array): Uint8Array {
  return typeof said === "string" ? Buffer.from(said, "latin1") : said;
}

export function numbered(packets: readonly Uint8Array[], linkType = RELAY_LINK_TYPE): RawPacket[] {
  return packets.map((bytes, index) => ({
    frame: index + 1,
    seconds: 1_700_000_000 + index,
    nanoseconds: 0,
    linkType,
    originalLength: bytes.length,
    bytes,
  }));
}

/** The packets as a pcapng file. */
export function captureFile(packets: readonly Uint8Array[]): Buffer {
  const writer = new CaptureWriter();
  return Buffer.concat([writer.head(), ...numbered(packets).map((packet) => writer.packet(packet))]);
}

/** All events, in order. */
export function sniff(packets: readonly RawPacket[], options: PipelineOptions = {}): SnifferEvent[] {
  const pipeline = new Pipeline(options);
  const events: SnifferEvent[] = [];
  const drain = (): void => {
    for (let event = pipeline.next(); event !== undefined; event = pipeline.next()) events.push(event);
  };
  for (const packet of packets) {
    pipeline.push(packet);
    drain();
  }
  pipeline.finish();
  drain();
  return events;
}

export function of<Kind extends SnifferEvent["event"]>(
  events: readonly SnifferEvent[],
  kind: Kind,
): Extract<SnifferEvent, { event: Kind }>[] {
  return events.filter((event): event is Extract<SnifferEvent, { event: Kind }> => event.event === kind);
}
