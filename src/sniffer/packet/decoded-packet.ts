// What the headers of one packet say. One object is reused for all packets, since making one for each costs more than
// reading the headers does.
import { formatAddress } from "./ip-address.js";
import { NOWHERE, type PacketCursor } from "./packet-cursor.js";

export const TCP = 6;
export const UDP = 17;

const EMPTY = new Uint8Array(0);

/** Valid until the next packet is decoded. Byte counts of the ledger sum to the captured length. */
export class DecodedPacket {
  frame = 0;
  seconds: number | null = null;
  nanoseconds = 0;
  capturedLength = 0;
  /** On the wire. */
  originalLength = 0;
  /** 6 or 17 when there is a segment or datagram to read; 0 otherwise. */
  transport: 0 | typeof TCP | typeof UDP = 0;
  /** Innermost protocol understood: "tcp", "udp", "icmp", "arp", "ipv4" … */
  protocol = "";
  /** Why the packet has no segment, as counted in the summary; undefined where it has one. */
  skipped: string | undefined;
  /** A header that cannot be right, with its offset in the captured bytes; nothing behind it is trusted. */
  damage: { what: string; offset: number } | undefined;
  /** A TCP header that cannot be right: whose packet it is can be told, but it says nothing to their conversation. */
  isBroken = false;

  /** Where the packet lies, or the datagram joined of fragments: what all places here point into. */
  body: Uint8Array = EMPTY;
  /** The first byte of the packet (or of that datagram), and the one behind its last. */
  base = 0;
  limit = 0;
  /** Where `base` stands in a PacketMemory, or NOWHERE. */
  position = NOWHERE;
  start = 0;
  end = 0;
  /** Bytes behind `end` that were on the wire, by the headers read so far, but that the capture cut off. */
  cutBytes = 0;

  /** Where the MAC addresses of the innermost frame stand in `body`, or NOWHERE. */
  linkSourceAt = NOWHERE;
  linkDestinationAt = NOWHERE;

  addresses: Uint8Array = EMPTY;
  /** 4, 16, or 0 where no network layer was understood. */
  addressBytes = 0;
  sourceAt = 0;
  destinationAt = 0;
  sourcePort = 0;
  destinationPort = 0;
  sequence = 0;
  acknowledgment = 0;
  /** RFC 9293, section 3.1: CWR 0x80 … FIN 0x01. */
  flags = 0;
  window = 0;

  headerBytes = 0;
  paddingBytes = 0;
  notUnderstoodBytes = 0;
  /** Of those, what could be read no further only because the snapshot length cut it. */
  truncatedBytes = 0;
  /** Bytes of a fragment, kept back until its datagram is whole (then they count as what they turn out to be). */
  heldBackBytes = 0;
  /** Bytes of earlier fragments that this packet completed or gave up. */
  releasedBytes = 0;

  reset(cursor: PacketCursor): void {
    this.frame = cursor.frame;
    this.seconds = cursor.seconds;
    this.nanoseconds = cursor.nanoseconds;
    this.capturedLength = cursor.end - cursor.start;
    this.originalLength = cursor.originalLength;
    this.transport = 0;
    this.protocol = "";
    this.skipped = undefined;
    this.damage = undefined;
    this.isBroken = false;
    this.body = cursor.memory;
    this.base = cursor.start;
    this.limit = cursor.end;
    this.position = cursor.position;
    this.linkSourceAt = NOWHERE;
    this.addresses = cursor.memory;
    this.start = cursor.start;
    this.end = cursor.end;
    this.cutBytes = Math.max(0, cursor.originalLength - this.capturedLength);
    this.addressBytes = 0;
    this.sourcePort = 0;
    this.destinationPort = 0;
    this.sequence = 0;
    this.acknowledgment = 0;
    this.flags = 0;
    this.window = 0;
    this.headerBytes = 0;
    this.paddingBytes = 0;
    this.notUnderstoodBytes = 0;
    this.truncatedBytes = 0;
    this.heldBackBytes = 0;
    this.releasedBytes = 0;
  }

  /** Goes on in a datagram that was joined of fragments. */
  replaceBody(datagram: Uint8Array): void {
    this.body = datagram;
    this.base = 0;
    this.limit = datagram.length;
    this.position = NOWHERE;
    this.start = 0;
    this.end = datagram.length;
  }

  get payloadBytes(): number {
    return this.transport === 0 ? 0 : this.end - this.start;
  }

  /** A view of the segment's or datagram's payload. */
  payload(): Uint8Array {
    const length = this.payloadBytes;
    return length === 0 ? EMPTY : this.body.subarray(this.start, this.start + length);
  }

  /** Where the payload stands in a PacketMemory, or NOWHERE. */
  get payloadPosition(): number {
    return this.position === NOWHERE ? NOWHERE : this.position + this.start - this.base;
  }

  source(): string | null {
    return this.addressBytes === 0 ? null : this.address(this.sourceAt);
  }

  destination(): string | null {
    return this.addressBytes === 0 ? null : this.address(this.destinationAt);
  }

  /** As text, the address that stands at this place. */
  address(at: number): string {
    return formatAddress(this.addresses, at, this.addressBytes);
  }

  /** SCTP's and DCCP's are told as well, though nothing behind their headers is read. */
  get hasPorts(): boolean {
    return this.transport !== 0 || this.sourcePort !== 0 || this.destinationPort !== 0;
  }

  /** "SYN,ACK" and so on, in the order of the header's bits from the right; null where there is no TCP header. */
  flagNames(): string | null {
    if (this.transport !== TCP) return null;
    return FLAG_NAMES.filter((_name, bit) => (this.flags & (1 << bit)) !== 0).join(",");
  }
}

const FLAG_NAMES = ["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"];
