// Ethernet as Juniper's routers capture it (LINKTYPE_JUNIPER_ETHER): a magic number, flags, and what they know of the interface.
import type { DecodedPacket } from "./decoded-packet.js";
import { damage, has, NONE, readEthernet, u16, u32, versionOf } from "./link-layer.js";

const MAGIC = 0x4d4743;
const HEADER_BYTES = 4;
const NO_LINK_LAYER = 0x02;
const HAS_EXTENSIONS = 0x80;

export function readJuniperEthernet(packet: DecodedPacket): number {
  if (!has(packet, HEADER_BYTES, "Juniper header")) return NONE;
  const first = u32(packet, 0);
  if (first >>> 8 !== MAGIC) return damage(packet, "Juniper header without its magic number");
  packet.start += HEADER_BYTES;
  if ((first & HAS_EXTENSIONS) !== 0 && !skipExtensions(packet)) return NONE;
  if ((first & NO_LINK_LAYER) === 0) return readEthernet(packet);
  // The protocol, by a list of Juniper's own: of what is read here, its first bits say the same.
  if (!has(packet, 4, "Juniper protocol")) return NONE;
  packet.start += 4;
  return versionOf(packet);
}

function skipExtensions(packet: DecodedPacket): boolean {
  if (!has(packet, 2, "Juniper extensions")) return false;
  const length = 2 + u16(packet, 0);
  if (!has(packet, length, "Juniper extensions")) return false;
  packet.start += length;
  return true;
}
