// What --packets tells of one packet.
import type { PacketEvent } from "./event.js";
import type { DecodedPacket } from "./packet/decoded-packet.js";
import { linkTypeName } from "./packet/link-type-names.js";
import type { RawPacket } from "./packet/raw-packet.js";

export function describePacket(packet: DecodedPacket, raw: RawPacket): PacketEvent {
  return {
    event: "packet",
    frame: raw.frame,
    time: encodeTime(raw),
    captured_length: raw.bytes.length,
    original_length: raw.originalLength,
    link: linkTypeName(raw.linkType),
    src: packet.source(),
    dst: packet.destination(),
    protocol: packet.protocol || (packet.skipped ?? "unknown"),
    ports: packet.transport === 0 ? null : [packet.sourcePort, packet.destinationPort],
    flags: packet.flagNames(),
  };
}

/** Text, since a double cannot hold nanoseconds since 1970. */
function encodeTime(raw: RawPacket): string | null {
  return raw.seconds === null ? null : `${raw.seconds}.${String(raw.nanoseconds).padStart(9, "0")}`;
}
