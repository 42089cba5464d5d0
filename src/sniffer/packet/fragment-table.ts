// Joins IP fragments (RFC 791 section 3.2, RFC 8200 section 4.5) within bounds. Where fragments overlap, the first wins.
import { type DecodedPacket, UDP } from "./decoded-packet.js";
import { damage } from "./link-layer.js";

export interface FragmentLimits {
  /** Bytes held for datagrams that are not whole yet, in all. */
  readonly maxHeldBytes: number;
  /** Datagrams that are not whole yet; the oldest is given up for a new one. */
  readonly maxDatagrams: number;
  /** Pieces of one datagram: tiny ones cost more to keep than they hold. */
  readonly maxPieces: number;
}

export const DEFAULT_FRAGMENT_LIMITS: FragmentLimits = {
  maxHeldBytes: 8 * 1024 * 1024,
  maxDatagrams: 1024,
  maxPieces: 1024,
};

interface FragmentFields {
  readonly identification: number;
  readonly protocol: number;
  /** Bytes. */
  readonly offset: number;
  readonly more: boolean;
}

interface Piece {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

interface Datagram {
  /** Sorted, without overlaps. */
  readonly pieces: Piece[];
  heldBytes: number;
  /** Known once the last fragment has been seen. */
  totalBytes: number | undefined;
}

/** The largest datagram that 13 bits of offset and 16 of length allow. */
const MAX_DATAGRAM_BYTES = 65_535;

export class FragmentTable {
  readonly #limits: FragmentLimits;
  readonly #datagrams = new Map<string, Datagram>();
  #heldBytes = 0;

  constructor(limits: FragmentLimits = DEFAULT_FRAGMENT_LIMITS) {
    this.#limits = limits;
  }

  /** Bytes of fragments whose datagram is not whole. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /**
   * Takes the fragment that `packet` stands at. True when it made its datagram whole: `body`, `start` and `end` are then
   * that datagram's. False otherwise, and `packet` says what became of it.
   */
  join(packet: DecodedPacket, fields: FragmentFields): boolean {
    const length = packet.end - packet.start;
    packet.skipped = "ip fragment";
    // Damage at this point is a length that reaches beyond the packet: cut as well, by whoever wrote the file.
    if (packet.cutBytes > 0 || packet.damage !== undefined) return readAlone(packet, fields);
    if (length === 0 || (fields.more && length % 8 !== 0)) return refuse(packet, `fragment of ${length} bytes`);
    if (fields.offset + length > MAX_DATAGRAM_BYTES) return refuse(packet, "fragment beyond the largest datagram");
    const key = this.#key(packet, fields);
    const datagram = this.#find(packet, key);
    const { added, differs } = addPiece(datagram, fields.offset, packet.body.slice(packet.start, packet.end));
    datagram.heldBytes += added;
    this.#heldBytes += added;
    // A packet may hold a fragment that completes one datagram and is itself a fragment of another, in a tunnel.
    packet.heldBackBytes += added;
    packet.notUnderstoodBytes += length - added;
    // The very same fragment again is nothing odd; a partial overlap is what no honest sender makes (RFC 5722).
    if (differs || (added > 0 && added < length)) damage(packet, "fragments overlap");
    packet.start += length;
    if (!fields.more) datagram.totalBytes ??= fields.offset + length;
    if (datagram.heldBytes === datagram.totalBytes && isWhole(datagram)) return this.#complete(packet, key, datagram);
    if (datagram.pieces.length > this.#limits.maxPieces) this.#giveUp(packet, key, datagram);
    else this.#makeRoom(packet, key);
    return false;
  }

  #find(packet: DecodedPacket, key: string): Datagram {
    const known = this.#datagrams.get(key);
    if (known !== undefined) return known;
    const oldest = this.#datagrams.entries().next().value;
    if (this.#datagrams.size >= this.#limits.maxDatagrams && oldest !== undefined) this.#giveUp(packet, ...oldest);
    const datagram: Datagram = { pieces: [], heldBytes: 0, totalBytes: undefined };
    this.#datagrams.set(key, datagram);
    return datagram;
  }

  #complete(packet: DecodedPacket, key: string, datagram: Datagram): true {
    const whole = new Uint8Array(datagram.heldBytes);
    for (const piece of datagram.pieces) whole.set(piece.bytes, piece.offset);
    this.#forget(packet, key, datagram);
    packet.skipped = undefined;
    packet.paddingBytes += packet.limit - packet.end;
    packet.replaceBody(whole);
    return true;
  }

  #makeRoom(packet: DecodedPacket, keep: string): void {
    for (const [key, datagram] of this.#datagrams) {
      if (this.#heldBytes <= this.#limits.maxHeldBytes) return;
      if (key !== keep) this.#giveUp(packet, key, datagram);
    }
  }

  #giveUp(packet: DecodedPacket, key: string, datagram: Datagram): void {
    this.#forget(packet, key, datagram);
    packet.notUnderstoodBytes += datagram.heldBytes;
  }

  #forget(packet: DecodedPacket, key: string, datagram: Datagram): void {
    this.#datagrams.delete(key);
    this.#heldBytes -= datagram.heldBytes;
    packet.releasedBytes += datagram.heldBytes;
  }

  /** Fragments are rare, so a text key costs nothing that matters. */
  #key(packet: DecodedPacket, { identification, protocol }: FragmentFields): string {
    const { addresses, sourceAt, addressBytes } = packet;
    return `${addresses.subarray(sourceAt, sourceAt + 2 * addressBytes).join(".")}/${identification}/${protocol}`;
  }
}

/** It is not all there, so its datagram is never whole; but the first piece has the headers, and tshark reads those. */
function readAlone(packet: DecodedPacket, { protocol, offset }: FragmentFields): boolean {
  if (offset !== 0) {
    packet.truncatedBytes = packet.end - packet.start;
    return false;
  }
  packet.skipped = undefined;
  // The length in a UDP header is the datagram's, of which more was on the wire than this packet.
  if (protocol === UDP) packet.cutBytes = MAX_DATAGRAM_BYTES;
  return true;
}

function refuse(packet: DecodedPacket, what: string): false {
  damage(packet, what);
  return false;
}

/** Adds what no earlier piece covers. `added`: how many bytes that is; `differs`: whether what is covered is other bytes. */
function addPiece(datagram: Datagram, offset: number, bytes: Uint8Array): { added: number; differs: boolean } {
  let at = offset;
  let differs = false;
  const end = offset + bytes.length;
  const fresh: Piece[] = [];
  for (const piece of datagram.pieces) {
    if (piece.offset >= end) break;
    if (piece.offset > at) fresh.push({ offset: at, bytes: bytes.subarray(at - offset, piece.offset - offset) });
    differs ||= differsWhereBothAre(piece, offset, bytes);
    at = Math.max(at, piece.offset + piece.bytes.length);
  }
  if (at < end) fresh.push({ offset: at, bytes: bytes.subarray(at - offset) });
  datagram.pieces.push(...fresh);
  datagram.pieces.sort((left, right) => left.offset - right.offset);
  return { added: fresh.reduce((sum, piece) => sum + piece.bytes.length, 0), differs };
}

function differsWhereBothAre(piece: Piece, offset: number, bytes: Uint8Array): boolean {
  const from = Math.max(piece.offset, offset);
  const to = Math.min(piece.offset + piece.bytes.length, offset + bytes.length);
  for (let at = from; at < to; at++) {
    if (piece.bytes[at - piece.offset] !== bytes[at - offset]) return true;
  }
  return false;
}

function isWhole({ pieces, totalBytes }: Datagram): boolean {
  const last = pieces.at(-1);
  return last !== undefined && last.offset + last.bytes.length === totalBytes;
}
