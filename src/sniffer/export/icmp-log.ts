// ICMP as Zeek logs it: conversations of two addresses and a pair of types, or a type and a code where nothing answers it
// (docs.zeek.org, conn.log: the "ports" of ICMP; RFC 792, RFC 4443).
import type { DecodedPacket } from "../packet/decoded-packet.js";
import { communityId } from "../stream/community-id.js";
import { type Microseconds, timeOf } from "./connection-facts.js";
import { ipHeaderAt, ipHeaderLength, isJoined, wholeFrameLength, wholeIpLength } from "./ip-length.js";

const ICMP = 1;
const ICMPV6 = 58;
const V4_BYTES = 4;
const V6_NEXT_AT = 6;
/** Hop-by-hop options, routing, destination options. */
const V6_EXTENSIONS: ReadonlySet<number> = new Set([0, 43, 60]);
const MAX_EXTENSIONS = 8;
const ICMP_HEADER_BYTES = 8;
const SILENCE = 60e6;
/** Conversations at a time: the one silent for longest is told then. */
const MAX_CONVERSATIONS = 65_536;

const V4_ANSWERS: ReadonlyMap<number, number> = pairs([
  [8, 0],
  [13, 14],
  [15, 16],
  [10, 9],
  [17, 18],
]);
const V6_ANSWERS: ReadonlyMap<number, number> = pairs([
  [128, 129],
  [130, 131],
  [133, 134],
  [135, 136],
  [139, 140],
  [144, 145],
]);

export interface IcmpConversation {
  readonly source: string;
  readonly destination: string;
  readonly isV6: boolean;
  readonly type: number;
  /** The type that answers, or the code. */
  readonly counterpart: number;
  readonly code: number;
  /** The first that came back. */
  answer: { readonly type: number; readonly code: number } | undefined;
  readonly communityId: string;
  readonly firstFrame: number;
  readonly started: Microseconds | undefined;
  ended: Microseconds | undefined;
  readonly sent: IcmpCounts;
  readonly answered: IcmpCounts;
}

interface IcmpCounts {
  packets: number;
  /** Of whole frames. */
  frameBytes: number;
  ipBytes: number;
  payloadBytes: number;
}

export class IcmpLog {
  /** The one silent for longest comes first. */
  readonly #open = new Map<string, IcmpConversation>();

  /** Gives conversations that are over by now. */
  push(packet: DecodedPacket): IcmpConversation[] {
    const seen = decode(packet);
    if (seen === undefined) return [];
    const over = this.#over(timeOf(packet));
    const key = `${seen.source} ${seen.destination} ${seen.type} ${seen.counterpart}`;
    const back = `${seen.destination} ${seen.source} ${seen.counterpart} ${seen.type}`;
    const answered = seen.answers ? this.#open.get(back) : undefined;
    const own = answered ?? this.#open.get(key) ?? begin(seen, packet);
    const ownKey = answered === undefined ? key : back;
    this.#open.delete(ownKey);
    this.#open.set(ownKey, own);
    const count = answered === undefined ? own.sent : own.answered;
    count.packets += 1;
    count.frameBytes += wholeFrameLength(packet);
    count.ipBytes += seen.ipBytes;
    count.payloadBytes += seen.payloadBytes;
    if (answered !== undefined) own.answer ??= { type: seen.type, code: seen.code };
    own.ended = timeOf(packet) ?? own.ended;
    return over;
  }

  finish(): IcmpConversation[] {
    const all = [...this.#open.values()];
    this.#open.clear();
    return all;
  }

  #over(now: Microseconds | undefined): IcmpConversation[] {
    const over: IcmpConversation[] = [];
    for (const [key, one] of this.#open) {
      const isSilent = now !== undefined && one.ended !== undefined && now - one.ended > SILENCE;
      if (!isSilent && this.#open.size < MAX_CONVERSATIONS) break;
      over.push(one);
      this.#open.delete(key);
    }
    return over;
  }
}

function begin(seen: SeenIcmp, packet: DecodedPacket): IcmpConversation {
  const { source, destination, isV6, type, code, counterpart } = seen;
  const started = timeOf(packet);
  const empty = () => ({ packets: 0, frameBytes: 0, ipBytes: 0, payloadBytes: 0 });
  return {
    ...{ source, destination, isV6, type, code, counterpart, started },
    answer: undefined,
    communityId: identify(seen, packet),
    firstFrame: packet.frame,
    ended: started,
    sent: empty(),
    answered: empty(),
  };
}

/** Types are its ports. */
function identify({ isV6, type, counterpart }: SeenIcmp, packet: DecodedPacket): string {
  const { addresses, addressBytes, sourceAt, destinationAt } = packet;
  return communityId({
    protocol: isV6 ? ICMPV6 : ICMP,
    source: addresses.subarray(sourceAt, sourceAt + addressBytes),
    destination: addresses.subarray(destinationAt, destinationAt + addressBytes),
    sourcePort: type,
    destinationPort: counterpart,
  });
}

interface SeenIcmp {
  readonly source: string;
  readonly destination: string;
  readonly isV6: boolean;
  readonly type: number;
  readonly code: number;
  readonly counterpart: number;
  /** Whether this type is one that may answer another. */
  readonly answers: boolean;
  readonly ipBytes: number;
  readonly payloadBytes: number;
}

function decode(packet: DecodedPacket): SeenIcmp | undefined {
  const isV6 = packet.protocol === "icmpv6";
  if (!isV6 && packet.protocol !== "icmp") return undefined;
  const { body, base } = packet;
  const headerBytes = ipHeadersLength(packet);
  const at = isJoined(packet) ? base : ipHeaderAt(packet) + headerBytes;
  const [type, code] = [body[at], body[at + 1]];
  const [source, destination] = [packet.source(), packet.destination()];
  if (type === undefined || code === undefined || source === null || destination === null) return undefined;
  const answer = (isV6 ? V6_ANSWERS : V4_ANSWERS).get(type);
  const ipBytes = wholeIpLength(packet);
  const payloadBytes = Math.max(0, ipBytes - headerBytes - ICMP_HEADER_BYTES);
  return {
    source,
    destination,
    isV6,
    type,
    code,
    counterpart: answer ?? code,
    answers: answer !== undefined,
    ipBytes,
    payloadBytes,
  };
}

/** With IPv6's extension headers that say how long they are (RFC 8200 section 4). */
function ipHeadersLength(packet: DecodedPacket): number {
  const { addresses: bytes, addressBytes } = packet;
  let length = ipHeaderLength(packet);
  if (addressBytes === V4_BYTES || isJoined(packet)) return length;
  const at = ipHeaderAt(packet);
  let next = bytes[at + V6_NEXT_AT] ?? 0;
  for (let count = 0; count < MAX_EXTENSIONS && V6_EXTENSIONS.has(next); count++) {
    next = bytes[at + length] ?? 0;
    length += ((bytes[at + length + 1] ?? 0) + 1) * 8;
  }
  return length;
}

/** Each answers the other. */
function pairs(list: readonly (readonly [number, number])[]): Map<number, number> {
  return new Map(
    list.flatMap(([ask, answer]): [number, number][] => [
      [ask, answer],
      [answer, ask],
    ]),
  );
}
