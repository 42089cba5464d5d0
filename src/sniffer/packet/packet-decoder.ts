// From captured bytes to a TCP segment or UDP datagram: link, network and transport headers, one after the other.
import { DecodedPacket } from "./decoded-packet.js";
import { type FragmentLimits, FragmentTable } from "./fragment-table.js";
import { readIpv4, readIpv6 } from "./ip-layer.js";
import { readLinkHeader } from "./link-header.js";
import {
  damage,
  hex,
  IPV4,
  IPV6,
  MPLS,
  NONE,
  PPP,
  readEthernet,
  readLlc,
  skip,
  TRANSPARENT_ETHERNET,
} from "./link-layer.js";
import { readMpls } from "./mpls-layer.js";
import { PacketCursor } from "./packet-cursor.js";
import { readPlainEthernet } from "./plain-ethernet.js";
import { readPpp, readPppoe } from "./ppp-layer.js";
import type { RawPacket } from "./raw-packet.js";
import { readTag } from "./tag-layer.js";
import { readTransport } from "./transport-layer.js";

/** Headers inside headers: more than any real tunnel has. Without a bound one packet could nest a thousand deep. */
const MAX_LAYERS = 24;

/** What is told of such a frame: nothing behind this header is read here. */
export const EAPOL = "eapol";

/** LINKTYPE_ETHERNET. */
const ETHERNET = 1;

const etherTypeNames: Readonly<Record<number, string>> = {
  2054: "arp",
  2114: "wake-on-lan",
  32821: "rarp",
  33079: "ipx",
  34915: "pppoe discovery",
  34958: EAPOL,
  35020: "lldp",
  35074: "cfm",
};

/** Never throws: what cannot be right becomes `damage`, what is not known becomes `skipped`. */
export class PacketDecoder {
  readonly #packet = new DecodedPacket();
  readonly #cursor = new PacketCursor();
  readonly #fragments: FragmentTable;

  constructor(fragmentLimits?: FragmentLimits) {
    this.#fragments = new FragmentTable(fragmentLimits);
  }

  /** Bytes of fragments that still wait for the rest of their datagram. */
  get heldFragmentBytes(): number {
    return this.#fragments.heldBytes;
  }

  /** The result is valid until the next call. */
  decode(raw: RawPacket): DecodedPacket {
    return this.decodeAt(this.#cursor.set(raw));
  }

  /** The same for a packet that stands in larger memory. */
  decodeAt(cursor: PacketCursor): DecodedPacket {
    const packet = this.#packet;
    packet.reset(cursor);
    if (cursor.linkType === ETHERNET && readPlainEthernet(packet)) return packet;
    this.#walk(packet, readLinkHeader(packet, cursor.linkType));
    account(packet);
    return packet;
  }

  #walk(packet: DecodedPacket, first: number): void {
    let type = first;
    for (let layer = 0; type !== NONE; layer++) {
      if (layer === MAX_LAYERS) {
        damage(packet, "too many headers inside each other");
        return;
      }
      type = this.#step(packet, type);
    }
  }

  #step(packet: DecodedPacket, type: number): number {
    switch (type) {
      case IPV4:
        return afterIp(packet, readIpv4(packet, this.#fragments));
      case IPV6:
        return afterIp(packet, readIpv6(packet, this.#fragments));
      case 0x8864:
        return readPppoe(packet);
      case MPLS:
      case 0x8848:
        return readMpls(packet);
      case PPP:
        return readPpp(packet);
      case TRANSPARENT_ETHERNET:
        return readEthernet(packet);
      default:
        return readTag(packet, type) ?? skipUnknown(packet, type);
    }
  }
}

function afterIp(packet: DecodedPacket, protocol: number): number {
  return protocol === NONE ? NONE : readTransport(packet, protocol);
}

function skipUnknown(packet: DecodedPacket, type: number): number {
  // IEEE 802.3: below 1536 the field is a length (in a cooked header, a mark of the same), and LLC follows.
  if (type < 0x0600) return readLlc(packet);
  const name = etherTypeNames[type];
  if (name !== undefined) packet.protocol = name;
  return skip(packet, name ?? `ethertype ${hex(type)}`);
}

/** The ledger of this packet: everything captured is a header, padding, payload, held back, or not understood. */
function account(packet: DecodedPacket): void {
  if (packet.damage !== undefined && packet.transport === 0) packet.skipped ??= "damaged";
  if (packet.transport === 0) packet.notUnderstoodBytes += packet.end - packet.start;
  // Behind the end that the headers give; where fragments were joined, behind that of the datagram within as well.
  packet.paddingBytes += packet.limit - packet.end;
  const total = packet.capturedLength + packet.releasedBytes - packet.heldBackBytes;
  packet.headerBytes = total - packet.notUnderstoodBytes - packet.paddingBytes - packet.payloadBytes;
}
