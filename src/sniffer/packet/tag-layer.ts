// What stands between an Ethernet header and the EtherType that matters: VLAN, provider backbone and port extender and
// fabric tags, MACsec without encryption, network service headers.
import type { DecodedPacket } from "./decoded-packet.js";
import { advance, damage, has, IPV4, IPV6, MPLS, NONE, NSH, skip, TRANSPARENT_ETHERNET } from "./link-layer.js";

/** IEEE 802.1AE, section 9.5: encrypted, changed, and with a channel identifier of eight bytes. */
const MACSEC_ENCRYPTED = 0x0c;
const MACSEC_CHANNEL = 0x20;
const MACSEC_CHECK_BYTES = 16;

/** Undefined where `type` is none of these tags. */
export function readTag(packet: DecodedPacket, type: number): number | undefined {
  switch (type) {
    case 0x8100:
    case 0x88a8:
    case 0x9100:
    case 0x9200:
    case 0x9300:
      return readVlan(packet);
    // IEEE 802.1ah: a backbone's frame holds the customer's.
    case 0x88e7:
      return has(packet, 4, "802.1ah tag") ? behind(packet, 4) : NONE;
    // Cisco's FabricPath: a topology and a time to live, then the frame as it entered.
    case 0x8903:
      return has(packet, 2, "FabricPath tag") ? behind(packet, 2) : NONE;
    // Cisco's VN-tag, its successor in IEEE 802.1BR, and Cisco's security group tag.
    case 0x8926:
      return has(packet, 6, "VN-tag") ? advance(packet, 6, 4) : NONE;
    case 0x893f:
      return has(packet, 8, "802.1BR tag") ? advance(packet, 8, 6) : NONE;
    case 0x8909:
      return has(packet, 8, "Cisco metadata") ? advance(packet, 8, 6) : NONE;
    case 0x88e5:
      return readMacsec(packet);
    case NSH:
      return readServiceHeader(packet);
    default:
      return undefined;
  }
}

/** 802.1Q and 802.1ad: two bytes of tag, then the next EtherType. */
function readVlan(packet: DecodedPacket): number {
  return has(packet, 4, "VLAN tag") ? advance(packet, 4, 2) : NONE;
}

function behind(packet: DecodedPacket, length: number): number {
  packet.start += length;
  return TRANSPARENT_ETHERNET;
}

function readMacsec(packet: DecodedPacket): number {
  if (!has(packet, 6, "MACsec tag")) return NONE;
  packet.protocol = "macsec";
  const flags = packet.body[packet.start] ?? 0;
  const length = (flags & MACSEC_CHANNEL) === 0 ? 6 : 14;
  if ((flags & MACSEC_ENCRYPTED) !== 0) return skip(packet, "macsec encrypted");
  if (!has(packet, length + 2, "MACsec tag")) return NONE;
  const check = Math.max(0, MACSEC_CHECK_BYTES - packet.cutBytes);
  packet.cutBytes = Math.max(0, packet.cutBytes - MACSEC_CHECK_BYTES);
  packet.end = Math.max(packet.start + length + 2, packet.end - check);
  return advance(packet, length + 2, length);
}

/** RFC 8300, section 2.2: its length in words of four bytes, and a number of its own for what follows. */
function readServiceHeader(packet: DecodedPacket): number {
  if (!has(packet, 8, "network service header")) return NONE;
  packet.protocol = "nsh";
  const length = ((packet.body[packet.start + 1] ?? 0) & 0x3f) * 4;
  if (length < 8) return damage(packet, `network service header of ${length} bytes`);
  if (!has(packet, length, "network service header")) return NONE;
  const next = packet.body[packet.start + 3] ?? 0;
  packet.start += length;
  const type = [undefined, IPV4, IPV6, TRANSPARENT_ETHERNET, undefined, MPLS][next];
  return type ?? skip(packet, `nsh protocol ${next}`);
}
