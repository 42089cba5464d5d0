// The line for a packet, as bytes: what `describeEvent` says of a packet event, without making one. It is for files and
// pipes; a terminal is slower than any way of making its lines.
//
//          1 12:00:00.123456 tcp  10.0.0.1.40001 > 10.0.0.2.443 [SYN,ACK] 66 of 1500 bytes
import { type DecodedPacket, TCP } from "../packet/decoded-packet.js";
import { linkTypeName } from "../packet/link-type-names.js";
import type { PacketCursor } from "../packet/packet-cursor.js";
import { writeDigits, writeNumber, writePadded, writeText } from "./ascii.js";
import { CLOCK_CELLS, localSecondsOfDay } from "./clock.js";
import { writeKnownEnds } from "./known-ends.js";

/** No line is longer: two IPv6 addresses, and names of ours. */
export const MAX_PACKET_LINE_BYTES = 512;
export const FRAME_CELLS = 6;
export const PROTOCOL_CELLS = 4;

const DOT = 0x2e;
const SPACE = 0x20;
const COLON = 0x3a;

/** The second that was shown last, and its text: packets come many to a second. */
const SECOND_CELLS = 9;
const SECOND = new Uint8Array(SECOND_CELLS);
let shownSecond: number | null = null;

/** "[SYN,ACK] " and so on, for each value of the flags. */
const FLAGS: string[] = [];

/** Writes the line at `at`; gives the place behind it. `into` must have MAX_PACKET_LINE_BYTES from there. */
export function writePacketLine(packet: DecodedPacket, cursor: PacketCursor, into: Uint8Array, at: number): number {
  let end = writePadded(into, at, cursor.frame, FRAME_CELLS);
  into[end++] = SPACE;
  end = writeClock(into, end, cursor);
  into[end++] = SPACE;
  end = writeProtocol(into, end, packet);
  if (packet.addressBytes === 0) end = writeText(into, end, linkTypeName(cursor.linkType));
  else if (packet.addressBytes === 4 && packet.hasPorts) end = writeKnownEnds(packet, into, end, writeEnds);
  else end = writeEnds(into, end, packet);
  into[end++] = SPACE;
  if (packet.transport === TCP) end = writeText(into, end, flagsText(packet));
  end = writeNumber(into, end, cursor.capturedLength);
  if (cursor.capturedLength < cursor.originalLength) {
    end = writeText(into, end, " of ");
    end = writeNumber(into, end, cursor.originalLength);
  }
  return writeText(into, end, " bytes\n");
}

function writeClock(into: Uint8Array, at: number, cursor: PacketCursor): number {
  const { seconds } = cursor;
  if (seconds === null) return writeText(into, at, " ".repeat(CLOCK_CELLS));
  if (seconds !== shownSecond) {
    shownSecond = seconds;
    writeSecond(SECOND, localSecondsOfDay(seconds));
  }
  for (let index = 0; index < SECOND_CELLS; index++) into[at + index] = SECOND[index] ?? SPACE;
  return writeDigits(into, at + SECOND_CELLS, Math.floor(cursor.nanoseconds / 1000), 6);
}

/** "12:00:00." */
function writeSecond(into: Uint8Array, secondOfDay: number): void {
  let end = writeDigits(into, 0, Math.floor(secondOfDay / 3600), 2);
  into[end++] = COLON;
  end = writeDigits(into, end, Math.floor(secondOfDay / 60) % 60, 2);
  into[end++] = COLON;
  end = writeDigits(into, end, secondOfDay % 60, 2);
  into[end] = DOT;
}

function writeProtocol(into: Uint8Array, at: number, packet: DecodedPacket): number {
  const name = packet.protocol || (packet.skipped ?? "unknown");
  const end = writeText(into, at, name);
  return writeText(into, end, " ".repeat(Math.max(0, PROTOCOL_CELLS - name.length) + 1));
}

function writeEnds(into: Uint8Array, at: number, packet: DecodedPacket): number {
  const { hasPorts } = packet;
  let end = writeAddress(into, at, packet, packet.sourceAt);
  if (hasPorts) {
    into[end++] = DOT;
    end = writeNumber(into, end, packet.sourcePort);
  }
  end = writeText(into, end, " > ");
  end = writeAddress(into, end, packet, packet.destinationAt);
  if (!hasPorts) return end;
  into[end++] = DOT;
  return writeNumber(into, end, packet.destinationPort);
}

function writeAddress(into: Uint8Array, at: number, packet: DecodedPacket, from: number): number {
  if (packet.addressBytes !== 4) return writeText(into, at, packet.address(from));
  const { addresses } = packet;
  let end = at;
  for (let index = from; index < from + 4; index++) {
    end = writeNumber(into, end, addresses[index] ?? 0);
    into[end++] = DOT;
  }
  return end - 1;
}

function flagsText(packet: DecodedPacket): string {
  FLAGS[packet.flags] ??= `[${packet.flagNames() ?? ""}] `;
  return FLAGS[packet.flags] ?? "";
}
