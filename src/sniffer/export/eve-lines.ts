// Events of Suricata's eve.json: "tls" for a handshake and "flow" for a conversation (docs.suricata.io, EVE JSON format).
import { X509Certificate } from "node:crypto";
import type { CertificateFacts } from "../event.js";
import { ja3sText, ja3Text } from "../tls/ja3.js";
import { versionName } from "../tls/names.js";
import { printable, printableText } from "../tls/printable.js";
import type { ClosingState } from "./closing-state.js";
import { type ConnectionFacts, endOf, type Microseconds } from "./connection-facts.js";
import type { EndedConnection } from "./connection-log.js";
import { eveAddress, eveTime, flowFields, flowId } from "./eve-flow.js";
import type { TcpConnection } from "./tcp-connection.js";
import type { TcpEndpoint } from "./tcp-endpoint.js";
import type { TlsLogFacts } from "./tls-log-facts.js";

const FLAG_NAMES = ["fin", "syn", "rst", "psh", "ack", "urg", "ecn", "cwr"] as const;
/** Names that Suricata has for what our observers call otherwise; "failed": it was looked at, and not known. */
const APPLICATIONS: ReadonlyMap<string, string> = new Map([
  ["unknown", "failed"],
  ["earshot", "failed"],
  ["postgresql", "pgsql"],
]);
/** OpenSSL's names of attributes, and those of x509-parser. */
const ATTRIBUTES: ReadonlyMap<string, string> = new Map([
  ["emailAddress", "Email"],
  ["street", "streetAddress"],
  ["jurisdictionC", "msJurisdictionCountry"],
  ["jurisdictionST", "msJurisdictionStateOrProvince"],
  ["jurisdictionL", "msJurisdictionLocality"],
]);
const VERSIONS: ReadonlyMap<number, string> = new Map([
  [0x0002, "SSLv2"],
  [0x0300, "SSLv3"],
  [0x0301, "TLSv1"],
]);

/** `now`: when it is told, by the packets' own time. */
export function flowLine(connection: EndedConnection, now: Microseconds | undefined): string {
  const { facts, communityId } = connection;
  const { counts, originator, responder, started, ended } = facts;
  return JSON.stringify({
    ...head(connection, "flow", now),
    ...applicationOf(connection),
    flow: flowFields(
      { toServer: counts[originator], toClient: counts[responder], started, ended, state: flowState(facts) },
      now,
    ),
    community_id: communityId,
    ...(facts.tcp === undefined ? {} : { tcp: tcpFields(facts.tcp) }),
  });
}

/** Undefined where no server answered: Suricata waits for that too. */
export function tlsLine(connection: EndedConnection): string | undefined {
  const { facts, communityId } = connection;
  const { tls } = facts;
  if (tls?.serverHello === undefined) return undefined;
  // Suricata reads what was said once it is acknowledged, and what was not, when the connection is over.
  const { frame, at } = facts.acknowledged ?? { frame: facts.lastFrame, at: facts.ended };
  return JSON.stringify({
    ...head(connection, "tls", at),
    pcap_cnt: frame,
    pkt_src: "wire/pcap",
    community_id: communityId,
    tls: tlsFields(tls),
  });
}

function tlsFields(tls: TlsLogFacts) {
  const { serverCertificates, serverDer, clientHello, serverHello, handshake, resumed } = tls;
  const [own] = serverCertificates;
  const { client, server, is13 } = handshake;
  const name = client?.hello.serverName ?? undefined;
  return {
    ...(own === undefined ? {} : certificateFields(own, serverDer)),
    ...(name === undefined ? {} : { sni: textOf(name) }),
    ...(serverHello === undefined ? {} : { version: versionText(Number(serverHello.version)) }),
    // Suricata tells it where no certificate was seen, and of TLS 1.3 not at all.
    ...(resumed && !is13 && own === undefined ? { session_resumed: true } : {}),
    ...(client === undefined || clientHello === undefined
      ? {}
      : { ja3: { hash: clientHello.ja3, string: ja3Text(client.hello) }, ja4: clientHello.ja4 }),
    ...(server === undefined || serverHello === undefined
      ? {}
      : { ja3s: { hash: serverHello.ja3s, string: ja3sText(server.hello) } }),
    ...(client === undefined || client.hello.alpn.length === 0 ? {} : { client_alpns: client.hello.alpn.map(textOf) }),
    ...(server?.hello.alpn == null ? {} : { server_alpns: [textOf(server.hello.alpn)] }),
  };
}

/** UTF-8 as it is, but for what a terminal obeys; other bytes as \xNN. */
function textOf(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString("utf8");
  return Buffer.from(text).equals(bytes) && printableText(text) === text ? text : printable(bytes);
}

function certificateFields(own: CertificateFacts, der: Uint8Array | undefined) {
  return {
    subject: suricataName(own.subject),
    issuerdn: suricataName(own.issuer),
    ...(der === undefined ? {} : { serial: serialOf(der) }),
    fingerprint: own.sha1.match(/../g)?.join(":") ?? "",
    notbefore: own.not_before.slice(0, 19),
    notafter: own.not_after.slice(0, 19),
    ...(own.names.length === 0 ? {} : { subjectaltname: own.names }),
  };
}

/** "00:F4:A7:2F": the integer as DER has it, with a zero before a first bit that is set. Undefined where it cannot be read. */
function serialOf(der: Uint8Array): string | undefined {
  try {
    const hex = new X509Certificate(der).serialNumber;
    const whole = hex.length % 2 === 0 ? hex : `0${hex}`;
    return (whole >= "80" ? `00${whole}` : whole).match(/../g)?.join(":");
  } catch {
    return undefined;
  }
}

/** The same attributes by the names that Suricata's parser has for them, and nothing escaped. */
function suricataName(name: string): string {
  return name
    .replace(/(^|[^\\], )(\w+)(?==)/g, (_all, before, type) => before + (ATTRIBUTES.get(type) ?? type))
    .replace(/\\([,+"\\<>;# =])/g, "$1");
}

function head(connection: EndedConnection, type: "flow" | "tls", time: Microseconds | undefined) {
  const { facts } = connection;
  const [from, to] = [endOf(facts, facts.originator), endOf(facts, facts.responder)];
  return {
    timestamp: eveTime(time),
    flow_id: flowId(connection.communityId, facts.firstFrame),
    event_type: type,
    src_ip: eveAddress(from.address),
    src_port: Number(from.port),
    dest_ip: eveAddress(to.address),
    dest_port: Number(to.port),
    proto: facts.conversation.protocol.toUpperCase(),
  };
}

function applicationOf({ application, facts }: EndedConnection): { app_proto?: string; app_proto_orig?: string } {
  const said = facts.counts.client.payloadBytes + facts.counts.server.payloadBytes;
  if (said === 0) return {};
  const own = APPLICATIONS.get(application) ?? application;
  const isTls = facts.tls?.clientHello !== undefined || facts.tls?.serverHello !== undefined;
  if (!isTls || ["tls", "dtls", "quic"].includes(own)) return { app_proto: own === "dtls" ? "failed" : own };
  // TLS that began midway, behind STARTTLS or CONNECT.
  return { app_proto: "tls", app_proto_orig: own };
}

function flowState({ tcp, counts }: ConnectionFacts): "new" | "established" | "closed" {
  if (tcp !== undefined) {
    const states = [tcp.originator.state, tcp.responder.state];
    if (states.includes("reset") || states.every((state) => state === "closed")) return "closed";
    const open = states.some((state) => state === "established" || state === "closed" || state === "partial");
    return open && counts.client.packets > 0 && counts.server.packets > 0 ? "established" : "new";
  }
  return counts.client.packets > 0 && counts.server.packets > 0 ? "established" : "new";
}

function tcpFields({ originator, responder, closing }: TcpConnection) {
  const flags = originator.flags | responder.flags;
  const set = FLAG_NAMES.filter((_name, bit) => (flags & (1 << bit)) !== 0).map((name) => [name, true]);
  return {
    tcp_flags: flagsText(flags),
    tcp_flags_ts: flagsText(originator.flags),
    tcp_flags_tc: flagsText(responder.flags),
    ...(Object.fromEntries(set) as Record<string, boolean>),
    state: tcpState(originator, responder, closing),
  };
}

function tcpState(own: TcpEndpoint, other: TcpEndpoint, closing: ClosingState): string {
  if (own.state === "reset" || other.state === "reset") return "closed";
  if (closing.name !== undefined) return closing.name;
  if (own.state === "syn_sent") return other.state === "inactive" ? "syn_sent" : "syn_recv";
  return own.state === "established" || own.state === "partial" ? "established" : "none";
}

function flagsText(flags: number): string {
  return flags.toString(16).padStart(2, "0");
}

function versionText(version: number): string {
  return VERSIONS.get(version) ?? versionName(version);
}
