// The fields that -e knows, by tshark's names, with values as tshark prints them (wireshark.org/docs/dfref).
import { type DecodedPacket, TCP, UDP } from "../../packet/decoded-packet.js";
import { ja3, ja3s, ja3Text } from "../../tls/ja3.js";
import { ja4 } from "../../tls/ja4.js";
import { ipLength } from "../ip-length.js";
import type { SeenHandshake, SeenMessage, SeenPacket } from "./seen-packet.js";

/** The values of a field in a packet, in their order. */
export type FieldReader = (seen: SeenPacket) => readonly string[];

const V4_BYTES = 4;
const V6_BYTES = 16;
const V4_SOURCE_AT = 12;
const V4_TTL_AT = 8;
const V4_PROTOCOL_AT = 9;
const V6_SOURCE_AT = 8;
const V6_HOPS_AT = 7;
const ACK = 0x10;
const TCP_MIN_BYTES = 20;
const TCP_MAX_BYTES = 60;
const ETHERNET = 1;
const ETHERNET_ADDRESS_BYTES = 6;
const CLIENT_HELLO = 1;

export const FIELDS: ReadonlyMap<string, FieldReader> = new Map<string, FieldReader>([
  ["frame.number", ({ cursor }) => [String(cursor.frame)]],
  ["frame.time_epoch", ({ cursor }) => (cursor.seconds === null ? [] : [timeText(cursor.seconds, cursor.nanoseconds)])],
  ["frame.time_relative", relativeTime],
  ["frame.len", ({ cursor }) => [String(cursor.originalLength)]],
  ["frame.cap_len", ({ cursor }) => [String(cursor.capturedLength)]],
  ["eth.dst", (seen) => ethernet(seen, 0)],
  ["eth.src", (seen) => ethernet(seen, ETHERNET_ADDRESS_BYTES)],
  ["ip.src", ({ packet }) => address(packet, V4_BYTES, packet.sourceAt)],
  ["ip.dst", ({ packet }) => address(packet, V4_BYTES, packet.destinationAt)],
  ["ip.len", ({ packet }) => (packet.addressBytes === V4_BYTES ? [String(ipLength(packet))] : [])],
  ["ip.ttl", ({ packet }) => headerByte(packet, V4_BYTES, V4_TTL_AT - V4_SOURCE_AT)],
  ["ip.proto", ({ packet }) => headerByte(packet, V4_BYTES, V4_PROTOCOL_AT - V4_SOURCE_AT)],
  ["ipv6.src", ({ packet }) => address(packet, V6_BYTES, packet.sourceAt)],
  ["ipv6.dst", ({ packet }) => address(packet, V6_BYTES, packet.destinationAt)],
  ["ipv6.hlim", ({ packet }) => headerByte(packet, V6_BYTES, V6_HOPS_AT - V6_SOURCE_AT)],
  ["tcp.srcport", ({ packet }) => of(packet, TCP, packet.sourcePort)],
  ["tcp.dstport", ({ packet }) => of(packet, TCP, packet.destinationPort)],
  ["tcp.stream", ({ packet, stream }) => of(packet, TCP, stream)],
  ["tcp.flags", ({ packet }) => of(packet, TCP, hex16(flagsWithReserved(packet)))],
  ["tcp.len", ({ packet }) => of(packet, TCP, packet.payloadBytes + packet.cutBytes)],
  ["tcp.seq", (seen) => of(seen.packet, TCP, seen.sequence)],
  ["tcp.seq_raw", ({ packet }) => of(packet, TCP, packet.sequence)],
  ["tcp.ack", (seen) => of(seen.packet, TCP, seen.acknowledgment)],
  ["tcp.ack_raw", ({ packet }) => of(packet, TCP, packet.acknowledgment)],
  ["tcp.window_size_value", ({ packet }) => of(packet, TCP, packet.window)],
  ["tcp.flags.syn", ({ packet }) => of(packet, TCP, (packet.flags >> 1) & 1)],
  ["tcp.flags.fin", ({ packet }) => of(packet, TCP, packet.flags & 1)],
  ["tcp.flags.reset", ({ packet }) => of(packet, TCP, (packet.flags >> 2) & 1)],
  ["tcp.flags.ack", ({ packet }) => of(packet, TCP, (packet.flags & ACK) === 0 ? 0 : 1)],
  ["udp.srcport", ({ packet }) => of(packet, UDP, packet.sourcePort)],
  ["udp.dstport", ({ packet }) => of(packet, UDP, packet.destinationPort)],
  ["udp.stream", ({ packet, stream }) => of(packet, UDP, stream)],
  ["udp.length", ({ packet }) => of(packet, UDP, udpLength(packet))],
  ["communityid", ({ communityId }) => (communityId === undefined ? [] : [communityId])],
  ["tls.record.content_type", ({ records }) => numbers(records.map(({ type }) => type))],
  ["tls.record.opaque_type", ({ records }) => numbers(records.map(({ opaqueType }) => opaqueType))],
  ["tls.record.version", ({ records }) => records.map(({ version }) => version)],
  ["tls.record.length", ({ records }) => records.map(({ length }) => String(length))],
  ["tls.handshake.type", ({ handshakes }) => handshakes.map(({ type }) => String(type))],
  ["tls.handshake.version", (seen) => hellos(seen, ({ legacyVersion }) => [hex16(legacyVersion)])],
  ["tls.handshake.session_id_length", (seen) => hellos(seen, ({ sessionId }) => [String(sessionId.length)])],
  ["tls.handshake.ciphersuite", ({ handshakes }) => handshakes.flatMap(suitesOf)],
  ["tls.handshake.extension.type", ({ handshakes }) => handshakes.flatMap(extensionsOf)],
  ["tls.handshake.extensions_server_name", (seen) => clients(seen, ({ serverName }) => texts([serverName]))],
  ["tls.handshake.extensions_alpn_str", ({ handshakes }) => handshakes.flatMap(protocolsOf)],
  ["tls.handshake.extensions.supported_version", ({ handshakes }) => handshakes.flatMap(versionsOf)],
  ["tls.handshake.extensions_supported_group", (seen) => clients(seen, ({ groups }) => groups.map(hex16))],
  ["tls.handshake.extensions_key_share_group", ({ handshakes }) => handshakes.flatMap(sharesOf)],
  ["tls.handshake.ja3", (seen) => clients(seen, (hello) => [ja3(hello)])],
  ["tls.handshake.ja3_full", (seen) => clients(seen, (hello) => [ja3Text(hello)])],
  [
    "tls.handshake.ja3s",
    ({ handshakes }) => handshakes.flatMap(({ server }) => (server === undefined ? [] : [ja3s(server)])),
  ],
  ["tls.handshake.ja4", (seen) => clients(seen, (hello) => [ja4(hello)])],
  ["tls.alert_message.level", ({ alerts }) => alerts.flatMap(({ level }) => (level === null ? [] : [String(level)]))],
  [
    "tls.alert_message.desc",
    ({ alerts }) => alerts.flatMap((alert) => (alert.description === null ? [] : [String(alert.description)])),
  ],
  ["http.request.method", (seen) => http(seen, "request", ({ method }) => method)],
  ["http.request.uri", (seen) => http(seen, "request", ({ fields }) => fields["target"])],
  ["http.response.code", (seen) => http(seen, "response", ({ status }) => status)],
  ["http.host", (seen) => http(seen, "request", ({ fields }) => fields["host"])],
  ["http.user_agent", (seen) => http(seen, "request", ({ fields }) => fields["user-agent"])],
]);

function of(packet: DecodedPacket, transport: number, value: string | number | undefined): string[] {
  return packet.transport !== transport || value === undefined ? [] : [String(value)];
}

function address(packet: DecodedPacket, bytes: number, at: number): string[] {
  return packet.addressBytes === bytes ? [packet.address(at)] : [];
}

function headerByte(packet: DecodedPacket, addressBytes: number, fromSource: number): string[] {
  const byte = packet.addresses[packet.sourceAt + fromSource];
  return packet.addressBytes !== addressBytes || byte === undefined ? [] : [String(byte)];
}

function ethernet({ cursor }: SeenPacket, at: number): string[] {
  const from = cursor.start + at;
  if (cursor.linkType !== ETHERNET || from + ETHERNET_ADDRESS_BYTES > cursor.end) return [];
  const bytes = cursor.memory.subarray(from, from + ETHERNET_ADDRESS_BYTES);
  return [[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(":")];
}

/** With the four bits beside the data offset, which no observer needs; without them where the options were cut. */
function flagsWithReserved({ body, start, sourcePort, sequence, flags }: DecodedPacket): number {
  for (let headerBytes = TCP_MIN_BYTES; headerBytes <= TCP_MAX_BYTES; headerBytes += 4) {
    const at = start - headerBytes;
    const offset = body[at + 12] ?? 0;
    const isHeader = (offset >> 4) * 4 === headerBytes && body[at + 13] === flags;
    if (isHeader && u16(body, at) === sourcePort && u16(body, at + 4) === sequence >>> 16) {
      return ((offset & 0xf) << 8) | flags;
    }
  }
  return flags;
}

/** What the header says, whatever there is behind it. */
function udpLength({ body, start }: DecodedPacket): number {
  return u16(body, start - 4);
}

function u16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

function timeText(seconds: number, nanoseconds: number): string {
  return `${seconds}.${String(nanoseconds).padStart(9, "0")}`;
}

/** May be negative, where the first packet is not the earliest. */
function relativeTime({ cursor, first }: SeenPacket): string[] {
  if (cursor.seconds === null || first === undefined) return [];
  const nanoseconds =
    BigInt(cursor.seconds - first.seconds) * 1_000_000_000n + BigInt(cursor.nanoseconds - first.nanoseconds);
  const size = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  const text = timeText(Number(size / 1_000_000_000n), Number(size % 1_000_000_000n));
  return [nanoseconds < 0n ? `-${text}` : text];
}

type Hello = NonNullable<SeenHandshake["client"] | SeenHandshake["server"]>;

function hellos({ handshakes }: SeenPacket, read: (hello: Hello) => readonly string[]): string[] {
  return handshakes.flatMap(({ client, server }) => {
    const hello = client ?? server;
    return hello === undefined ? [] : read(hello);
  });
}

function clients(
  { handshakes }: SeenPacket,
  read: (hello: NonNullable<SeenHandshake["client"]>) => readonly string[],
): string[] {
  return handshakes.flatMap(({ client }) => (client === undefined ? [] : read(client)));
}

function suitesOf({ type, client, server }: SeenHandshake): string[] {
  if (type === CLIENT_HELLO) return client?.cipherSuites.map(hex16) ?? [];
  return server === undefined ? [] : [hex16(server.cipherSuite)];
}

function extensionsOf({ client, server, extensions }: SeenHandshake): string[] {
  return (client ?? server)?.extensions.map(String) ?? extensions?.map(String) ?? [];
}

function protocolsOf({ client, server, protocols }: SeenHandshake): string[] {
  return texts(client?.alpn ?? protocols ?? [server?.alpn ?? null]);
}

function versionsOf({ client, server }: SeenHandshake): string[] {
  if (client !== undefined) return client.supportedVersions?.map(hex16) ?? [];
  // Only the extension says another version than the hello itself.
  return server === undefined || server.version === server.legacyVersion ? [] : [hex16(server.version)];
}

function sharesOf({ client, server }: SeenHandshake): string[] {
  if (client !== undefined) return client.keyShares.map(String);
  // A retry only names the group that it wants.
  return server?.isRetry !== false || server.group === null ? [] : [String(server.group)];
}

/** HTTP/1 alone: its messages say their version. */
function http({ messages }: SeenPacket, kind: string, read: (message: SeenMessage) => unknown): string[] {
  return messages.flatMap((message) => {
    const { version } = message.fields;
    const isHttp = message.kind === kind && typeof version === "string" && version.startsWith("HTTP/1");
    const value = isHttp ? read(message) : undefined;
    return typeof value === "string" ? [value] : [];
  });
}

function numbers(values: readonly (number | undefined)[]): string[] {
  return values.flatMap((value) => (value === undefined ? [] : [String(value)]));
}

function texts(names: readonly (Uint8Array | null)[]): string[] {
  return names.flatMap((name) => (name === null ? [] : [Buffer.from(name).toString("utf8")]));
}

function hex16(value: number): string {
  return `0x${value.toString(16).padStart(4, "0")}`;
}
