// Lines of Zeek's conn.log and ssl.log (docs.zeek.org/en/master/logs/conn.html and ssl.html), as Zeek 7 writes them.
import { createHash } from "node:crypto";
import { TCP } from "../packet/decoded-packet.js";
import { certificateCovers } from "./certificate-names.js";
import { type ConnectionFacts, endOf, type SideCount } from "./connection-facts.js";
import type { EndedConnection } from "./connection-log.js";
import type { IcmpConversation } from "./icmp-log.js";
import { isLocalAddress } from "./local-address.js";
import type { TlsLogFacts } from "./tls-log-facts.js";
import { zeekAlert, zeekCurve, zeekSuite, zeekVersion } from "./zeek-names.js";
import {
  microsecondsText,
  type ZeekColumn,
  zeekBool,
  zeekBytes,
  zeekString,
  zeekTime,
  zeekVector,
} from "./zeek-text.js";

const ENDS = "ts:time uid:string id.orig_h:addr id.orig_p:port id.resp_h:addr id.resp_p:port";

export const CONN_COLUMNS = columns(
  `${ENDS} proto:enum service:string duration:interval orig_bytes:count resp_bytes:count conn_state:string local_orig:bool
   local_resp:bool missed_bytes:count history:string orig_pkts:count orig_ip_bytes:count resp_pkts:count resp_ip_bytes:count
   tunnel_parents:set[string] ip_proto:count`,
);

export const SSL_COLUMNS = columns(
  `${ENDS} version:string cipher:string curve:string server_name:string resumed:bool last_alert:string next_protocol:string
   established:bool ssl_history:string cert_chain_fps:vector[string] client_cert_chain_fps:vector[string] sni_matches_cert:bool`,
);

/** Names that Zeek has for what our observers call otherwise. */
const SERVICES: ReadonlyMap<string, string> = new Map([
  ["tls", "ssl"],
  ["dtls", "ssl"],
  ["quic", "quic"],
  ["http2", "http"],
  ["earshot", ""],
  ["unknown", ""],
  ["postgresql", "postgresql"],
  ["mdns", "dns"],
  ["redis", "redis"],
  ["ldap", "ldap_tcp"],
]);

const UNSET = "-";

export function connLine(connection: EndedConnection): string {
  const { facts } = connection;
  const [orig, resp] = [facts.counts[facts.originator], facts.counts[facts.responder]];
  const duration = (facts.lasted ?? 0) - (facts.started ?? 0);
  const lasted = duration > 0;
  const [origAddress, respAddress] = [endOf(facts, facts.originator), endOf(facts, facts.responder)];
  return [
    ...ends(connection),
    facts.conversation.protocol,
    zeekString(serviceOf(connection) || undefined),
    lasted ? microsecondsText(duration) : UNSET,
    lasted ? String(bytesOf(facts, true)) : UNSET,
    lasted ? String(bytesOf(facts, false)) : UNSET,
    facts.tcp?.state ?? datagramState(orig, resp),
    zeekBool(isLocalAddress(origAddress.address)),
    zeekBool(isLocalAddress(respAddress.address)),
    String(facts.missedBytes),
    zeekString((facts.tcp?.history ?? datagramHistory(facts, orig, resp)) || undefined),
    String(orig.packets),
    String(orig.ipBytes),
    String(resp.packets),
    String(resp.ipBytes),
    "-",
    facts.tcp === undefined ? "17" : String(TCP),
  ].join("\t");
}

export function icmpLine(one: IcmpConversation): string {
  const duration = (one.ended ?? 0) - (one.started ?? 0);
  const lasted = duration > 0;
  const uid = uidText(`${one.source} ${one.destination} ${one.type} ${one.firstFrame}`);
  return [
    ...[zeekTime(one.started), uid, one.source, String(one.type), one.destination, String(one.counterpart)],
    "icmp",
    UNSET,
    lasted ? microsecondsText(duration) : UNSET,
    lasted ? String(one.sent.payloadBytes) : UNSET,
    lasted ? String(one.answered.payloadBytes) : UNSET,
    "OTH",
    zeekBool(isLocalAddress(one.source)),
    zeekBool(isLocalAddress(one.destination)),
    "0",
    UNSET,
    ...[one.sent.packets, one.sent.ipBytes, one.answered.packets, one.answered.ipBytes].map(String),
    UNSET,
    one.isV6 ? "58" : "1",
  ].join("\t");
}

/** Undefined where there was no handshake. */
export function sslLine(connection: EndedConnection): string | undefined {
  const { tls } = connection.facts;
  if (tls?.started === undefined && tls?.clientHello === undefined && tls?.serverHello === undefined) return undefined;
  const { serverHello, clientHello } = tls;
  const name = clientHello?.sni ?? undefined;
  return [
    zeekTime(tls.started),
    ...ends(connection).slice(1),
    zeekString(serverHello && zeekVersion(Number(serverHello.version))),
    zeekString(serverHello && zeekSuite(Number(serverHello.cipher_suite))),
    zeekString(curveOf(tls)),
    zeekBytes(tls.handshake.client?.hello.serverName),
    zeekBool(tls.resumed),
    zeekString(tls.lastAlert === undefined ? undefined : zeekAlert(tls.lastAlert)),
    zeekBytes(tls.handshake.server?.hello.alpn),
    zeekBool(tls.established),
    zeekString(tls.history),
    zeekVector(chainOf(tls, "server")),
    zeekVector(chainOf(tls, "client")),
    zeekBool(matchesName(tls, name)),
  ].join("\t");
}

function ends(connection: EndedConnection): string[] {
  const { facts } = connection;
  const [orig, resp] = [endOf(facts, facts.originator), endOf(facts, facts.responder)];
  return [zeekTime(facts.started), uidOf(connection), orig.address, orig.port, resp.address, resp.port];
}

/** The same for the same capture, where Zeek's own are random: "C" and 17 letters of the community id and first packet. */
function uidOf({ communityId, facts }: EndedConnection): string {
  return uidText(`${communityId} ${facts.firstFrame}`);
}

function uidText(of: string): string {
  const hash = createHash("sha256").update(of).digest();
  return `C${[...hash.subarray(0, 17)].map((byte) => LETTERS[byte % LETTERS.length]).join("")}`;
}

const LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** By sequence numbers for TCP, as Zeek counts; by the datagrams for UDP. */
function bytesOf(facts: ConnectionFacts, ofOriginator: boolean): number {
  const { tcp, counts, originator, responder } = facts;
  if (tcp === undefined) return counts[ofOriginator ? originator : responder].payloadBytes;
  return ofOriginator ? tcp.originator.size(tcp.responder) : tcp.responder.size(tcp.originator);
}

function datagramState(orig: SideCount, resp: SideCount): string {
  if (orig.packets > 0) return resp.packets > 0 ? "SF" : "S0";
  return resp.packets > 0 ? "SHR" : "OTH";
}

function datagramHistory(facts: ConnectionFacts, orig: SideCount, resp: SideCount): string {
  const letters = `${orig.packets > 0 ? "D" : ""}${resp.packets > 0 ? "d" : ""}`;
  return `${facts.flipped ? "^" : ""}${facts.flipped ? [...letters].reverse().join("") : letters}`;
}

function serviceOf({ application, facts }: EndedConnection): string {
  const own = SERVICES.get(application) ?? application;
  const isTls = facts.tls?.serverHello !== undefined || facts.tls?.clientHello !== undefined;
  if (!isTls || own === "ssl") return own;
  if (application === "quic") return "quic,ssl";
  // In the order in which they were found: since Zeek 7 the set is ordered.
  return [own, "ssl"].filter((name) => name !== "").join(",");
}

function curveOf({ handshake }: TlsLogFacts): string | undefined {
  const group = handshake.server?.hello.group ?? handshake.keyShare?.group ?? undefined;
  return group === undefined ? undefined : zeekCurve(group);
}

/** Zeek's vectors are empty, and not unset, once either side has shown a certificate. */
function chainOf(tls: TlsLogFacts, side: "client" | "server"): string[] | undefined {
  const { serverCertificates, clientCertificates } = tls;
  if (serverCertificates.length + clientCertificates.length === 0) return undefined;
  return (side === "server" ? serverCertificates : clientCertificates).map(({ sha256 }) => sha256);
}

function matchesName({ serverCertificates: [own] }: TlsLogFacts, name: string | undefined): boolean | undefined {
  return own === undefined || name === undefined ? undefined : certificateCovers(own, name);
}

function columns(text: string): ZeekColumn[] {
  return text.split(/\s+/).map((entry) => {
    const [name = "", type = ""] = entry.split(":");
    return { name, type };
  });
}
