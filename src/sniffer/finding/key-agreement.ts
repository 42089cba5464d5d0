// How the two ends came by their keys, as far as the wire shows it: what decides who can open a recording later
// (RFC 8446 section 2.2, RFC 5246 section 8.1, RFC 5077, RFC 4279).
import { encryptsNothing } from "../tls/cipher-suite-names.js";
import { ExtensionType } from "../tls/extension-names.js";
import { groupName } from "../tls/group-names.js";
import type { HandshakeFacts } from "../tls/handshake-facts.js";

export interface KeyAgreement {
  /** "other": passwords, Kerberos, national schemes; "nothing": the suite encrypts nothing. */
  readonly kind: "ephemeral" | "static_rsa" | "static_dh" | "psk" | "rsa_psk" | "other" | "nothing" | "unknown";
  /** "x25519", "a 1024-bit prime". */
  readonly share: string;
  /** Of the prime of DHE or of an export RSA key, where it was seen. */
  readonly bits: number | null;
  readonly postQuantum: "hybrid" | "alone" | "none" | "unknown";
  /** Whether a key that both had before is part of it. */
  readonly hasPsk: boolean;
  /** By what an earlier connection is taken up; "psk" may also be a key that was agreed on out of band. */
  readonly resumedBy: "ticket" | "session id" | "ticket or session id" | "psk" | undefined;
  /** A key of the two ends that no connection made. */
  readonly isPskExternal: boolean;
  readonly isAnonymous: boolean;
  readonly isExport: boolean;
}

const HYBRIDS = new Set([0x11eb, 0x11ec, 0x11ed, 0x11ee, 0x4138, 0x6399, 0x639a, 0xfe30, 0xfe31, 0xfe32]);
const LATTICES = new Set([0x0200, 0x0201, 0x0202, 0x023a, 0x023c, 0x023d]);

export function postQuantumKind(group: number): "hybrid" | "alone" | "none" {
  if (HYBRIDS.has(group)) return "hybrid";
  return LATTICES.has(group) ? "alone" : "none";
}

export function keyAgreement(facts: HandshakeFacts): KeyAgreement {
  const { server } = facts;
  if (server === undefined) return UNKNOWN;
  return facts.is13 ? agreement13(facts, server.hello.group) : agreement12(facts);
}

const UNKNOWN: KeyAgreement = {
  kind: "unknown",
  share: "",
  bits: null,
  postQuantum: "unknown",
  hasPsk: false,
  resumedBy: undefined,
  isPskExternal: false,
  isAnonymous: false,
  isExport: false,
};

function agreement13(facts: HandshakeFacts, group: number | null): KeyAgreement {
  const hasPsk = facts.has(ExtensionType.PreSharedKey);
  const isPskExternal = hasPsk && facts.client !== undefined && facts.client.pskTicketAge === 0;
  const common = {
    ...UNKNOWN,
    hasPsk,
    isPskExternal,
    resumedBy: hasPsk && !isPskExternal ? ("psk" as const) : undefined,
  };
  if (encryptsNothing(facts.server?.hello.cipherSuite ?? 0)) return { ...common, kind: "nothing" };
  if (group === null) return { ...common, kind: hasPsk ? "psk" : "unknown", postQuantum: hasPsk ? "none" : "unknown" };
  return { ...common, kind: "ephemeral", share: groupName(group), postQuantum: postQuantumKind(group) };
}

function agreement12(facts: HandshakeFacts): KeyAgreement {
  const { exchange, keyShare } = facts;
  const bits = keyShare?.bits ?? null;
  const group = keyShare?.group ?? null;
  return {
    kind: encryptsNothing(facts.server?.hello.cipherSuite ?? 0) ? "nothing" : kindOf(exchange),
    share: group === null ? (bits === null ? "" : `a ${bits}-bit prime`) : groupName(group),
    bits,
    postQuantum: group === null ? "none" : postQuantumKind(group),
    hasPsk: exchange.includes("PSK"),
    resumedBy: resumed12(facts),
    isPskExternal: exchange.includes("PSK"),
    isAnonymous: exchange.includes("anon"),
    isExport: exchange.includes("EXPORT"),
  };
}

function kindOf(exchange: string): KeyAgreement["kind"] {
  if (/^(EC)?DHE(_|$)/.test(exchange) || exchange.startsWith("PSK_DHE") || exchange.includes("anon"))
    return "ephemeral";
  if (exchange.startsWith("RSA_PSK")) return "rsa_psk";
  if (exchange.startsWith("RSA")) return "static_rsa";
  if (exchange.startsWith("PSK")) return "psk";
  if (/^(EC)?DH_/.test(exchange)) return "static_dh";
  return exchange === "" ? "unknown" : "other";
}

/**
 * A session id that comes back, or a server that goes over to encryption without a key exchange: an abbreviated handshake
 * (RFC 5246 section 7.3, RFC 5077 section 3.1).
 */
function resumed12(facts: HandshakeFacts): KeyAgreement["resumedBy"] {
  const { client, server, fullHandshake, certificate, keyShare, serverChanged } = facts;
  if (server === undefined || fullHandshake !== undefined || certificate !== undefined || keyShare !== undefined) {
    return undefined;
  }
  const own = server.hello.sessionId;
  const comesBack = own.length > 0 && client !== undefined && Buffer.compare(own, client.hello.sessionId) === 0;
  if (!comesBack && serverChanged === undefined) return undefined;
  if (client === undefined) return "ticket or session id";
  return client.ticketBytes > 0 ? "ticket" : "session id";
}
