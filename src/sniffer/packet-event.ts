// What --packets tells of one packet.
import type { PacketEvent } from "./event.js";
import type { DecodedPacket } from "./packet/decoded-packet.js";
import { linkTypeName } from "./packet/link-type-names.js";
import type { PacketCursor } from "./packet/packet-cursor.js";

export function describePacket(packet: DecodedPacket, cursor: PacketCursor): PacketEvent {
  return {
    event: "packet",
    frame: cursor.frame,
    time: encodeTime(cursor),
    captured_length: cursor.capturedLength,
    original_length: cursor.originalLength,
    link: linkTypeName(cursor.linkType),
    src: packet.source(),
    dst: packet.destination(),
    protocol: packet.protocol || (packet.skipped ?? "unknown"),
    ports: packet.hasPorts ? [packet.sourcePort, packet.destinationPort] : null,
    flags: packet.flagNames(),
  };
}

/** Text, since a double cannot hold nanoseconds since 1970. */
function encodeTime(cursor: PacketCursor): string | null {
  return cursor.seconds === null ? null : `${cursor.seconds}.${String(cursor.nanoseconds).padStart(9, "0")}`;
}
