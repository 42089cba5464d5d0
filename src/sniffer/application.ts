// Decides which protocol a conversation speaks, by its first bytes alone; ports only break a tie between banners.
import type { Application, Side } from "./event.js";
import type { Match } from "./match.js";
import { matchEarshot } from "./message/first-frame.js";
import { CAPWAP_PREAMBLE_BYTES, DTLS_HEADER_BYTES, hasCapwapPreamble, isDtlsHeader } from "./tls/dtls-record.js";
import { looksLikeTls } from "./tls/first-bytes.js";
import { beginsOpenvpn, openvpnHmacBytes } from "./tls/openvpn-packet.js";
import { quicVersion } from "./tls/quic-version.js";
import { RecordSearch } from "./tls/record-search.js";

/** What the two sides said first: at most UNDECIDED_LIMIT_BYTES a side. */
export interface FirstBytes {
  client: Uint8Array;
  server: Uint8Array;
  /** Which side's bytes came first: some protocols begin with the server. */
  spokeFirst: Side;
  serverPort: number;
  /** True when the beginning was not captured: only protocols that can be told anywhere are then looked for. */
  midstream: boolean;
  /** True when no more bytes will be shown: what is still possible is then refused. */
  final: boolean;
}

/** Enough for the largest first frame that our protocol allows before Hello, and its length prefix. */
export const UNDECIDED_LIMIT_BYTES = 0x10004;

/** Undefined while more bytes are needed; "unknown" when nothing fits. */
export function chooseApplication(first: FirstBytes): Application | undefined {
  let open = false;
  for (const [application, match] of CANDIDATES) {
    const outcome = match(first);
    if (outcome === "yes") return application;
    open ||= outcome === "maybe";
  }
  return open && !first.final ? undefined : "unknown";
}

/** A datagram stands alone, so one is enough. */
export function chooseDatagramApplication(bytes: Uint8Array, clientPort: number, serverPort: number): Application {
  if (isDtls(bytes)) return "dtls";
  if (isQuicLongHeader(bytes)) return "quic";
  if (openvpnHmacBytes(bytes) !== undefined) return "openvpn";
  if (SIP_LINE.test(latin1(bytes, DATAGRAM_LINE_LIMIT_BYTES))) return "sip";
  for (const [port, name] of DATAGRAM_PORTS) if (clientPort === port || serverPort === port) return name;
  return "unknown";
}

type Matcher = (first: FirstBytes) => Match;

const CANDIDATES: ReadonlyArray<readonly [Application, Matcher]> = [
  ["tls", matchTls],
  ["http2", (f) => (f.midstream ? "no" : fromClient(f, (b) => matchPrefix(b, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")))],
  ["http", matchHttp],
  ["ssh", (f) => (f.midstream ? "no" : fromEither(f, (b) => matchPrefix(b, "SSH-")))],
  ["postgresql", (f) => (f.midstream ? "no" : fromClient(f, matchPostgresql))],
  ["redis", (f) => (f.midstream ? "no" : fromClient(f, matchRedis))],
  ["rtsp", (f) => fromClient(f, (b) => matchLines(b, RTSP_LINE, RTSP_BEGUN))],
  ["sip", (f) => fromEither(f, (b) => matchLines(b, SIP_LINE, SIP_BEGUN))],
  ["ldap", (f) => (f.midstream ? "no" : fromClient(f, matchLdap))],
  ["socks", (f) => (f.midstream ? "no" : fromClient(f, (b) => matchSocks(b, f.server)))],
  ["openvpn", (f) => (f.midstream ? "no" : fromClient(f, beginsOpenvpn))],
  ["earshot", (f) => (f.midstream ? "no" : fromClient(f, matchEarshot))],
  ["mysql", (f) => fromServerFirst(f, matchMysql)],
  ["smtp", (f) => fromServerFirst(f, () => matchBanner220(f, "smtp"))],
  ["ftp", (f) => fromServerFirst(f, () => matchBanner220(f, "ftp"))],
  ["pop3", (f) => fromServerFirst(f, (b) => matchPrefix(b, "+OK"))],
  ["imap", (f) => fromServerFirst(f, (b) => either(matchPrefix(b, "* OK"), matchPrefix(b, "* PREAUTH")))],
];

const DATAGRAM_PORTS: ReadonlyArray<readonly [number, Application]> = [
  [53, "dns"],
  [5353, "mdns"],
  [67, "dhcp"],
  [68, "dhcp"],
  [123, "ntp"],
];

const BANNER_LIMIT_BYTES = 2048;

function fromClient(first: FirstBytes, match: (bytes: Uint8Array) => Match): Match {
  return first.client.length === 0 ? "maybe" : match(first.client);
}

/** Whichever spoke settles it: a side that is silent yet does not keep the other waiting. */
function fromEither(first: FirstBytes, match: (bytes: Uint8Array) => Match): Match {
  const spoken = [first.client, first.server].filter(({ length }) => length > 0).map(match);
  return spoken.length === 0 ? "maybe" : spoken.reduce(either);
}

function fromServerFirst(first: FirstBytes, match: (bytes: Uint8Array) => Match): Match {
  if (first.midstream || first.spokeFirst === "client") return "no";
  return first.server.length === 0 ? "maybe" : match(first.server);
}

function either(a: Match, b: Match): Match {
  if (a === "yes" || b === "yes") return "yes";
  return a === "maybe" || b === "maybe" ? "maybe" : "no";
}

// --- TLS (RFC 8446, 5.1)

function matchTls(first: FirstBytes): Match {
  const client = matchTlsBytes(first.client, first.midstream);
  // A client that is not TLS settles it; the server's bytes only count where its client was not seen.
  if (first.client.length > 0 && client !== "maybe") return client;
  return either(client, matchTlsBytes(first.server, first.midstream));
}

function matchTlsBytes(bytes: Uint8Array, midstream: boolean): Match {
  if (bytes.length === 0) return "maybe";
  if (midstream) return new RecordSearch().push({ bytes, offset: 0, frame: 0 }) === undefined ? "maybe" : "yes";
  const guess = looksLikeTls(bytes);
  return guess === "more" ? "maybe" : guess;
}

/** True when the bytes begin with a record that begins a ClientHello: so sure that it may be looked for anywhere. */
export function isClientHello(bytes: Uint8Array): boolean {
  if (bytes.length < 11 || bytes[0] !== 0x16 || bytes[5] !== 1 || looksLikeTls(bytes) !== "yes") return false;
  const helloLength = (byteAt(bytes, 6) << 16) | (byteAt(bytes, 7) << 8) | byteAt(bytes, 8);
  return byteAt(bytes, 9) === 3 && byteAt(bytes, 10) <= 3 && helloLength >= 38 && helloLength <= 0x20000;
}

/** True when a datagram begins a handshake of DTLS or QUIC: so sure that it may be looked for behind others, such as STUN. */
export function beginsDatagramTls(bytes: Uint8Array): boolean {
  return (
    isQuicLongHeader(bytes) || (isDtls(bytes) && bytes[hasCapwapPreamble(bytes) ? CAPWAP_PREAMBLE_BYTES : 0] === 0x16)
  );
}

function isDtls(bytes: Uint8Array): boolean {
  const preamble = hasCapwapPreamble(bytes) ? CAPWAP_PREAMBLE_BYTES : 0;
  return bytes.length >= preamble + DTLS_HEADER_BYTES && isDtlsHeader(bytes, preamble);
}

/** RFC 9000, 17.2: header form and fixed bit set, then a version that is known and connection ids that it allows. */
function isQuicLongHeader(bytes: Uint8Array): boolean {
  if (bytes.length < 7 || (byteAt(bytes, 0) & 0xc0) !== 0xc0) return false;
  const version =
    ((byteAt(bytes, 1) << 24) | (byteAt(bytes, 2) << 16) | (byteAt(bytes, 3) << 8) | byteAt(bytes, 4)) >>> 0;
  const destinationBytes = byteAt(bytes, 5);
  const sourceBytes = byteAt(bytes, 6 + destinationBytes);
  return quicVersion(version) !== undefined && destinationBytes <= 20 && sourceBytes <= 20;
}

// --- Text

/** RFC 9112, 3 and 4: a request line from the client, or a status line from the server. */
function matchHttp(first: FirstBytes): Match {
  const client = first.client.length === 0 ? "maybe" : matchRequestLine(first.client);
  if (client !== "no" && first.client.length > 0) return client;
  if (first.server.length > 0 && matchPrefix(first.server, "HTTP/1.") === "yes") return "yes";
  return client;
}

/** A target may not hold spaces (RFC 9112, 3.2), but some of what is on the wire does. */
const REQUEST_LINE = /^[A-Z][A-Z-]{1,24} +[^ \r\n][^\r\n]* HTTP\/1\.[01]\r?\n/;
const REQUEST_LINE_BEGUN = /^[A-Z][A-Z-]{0,24}$|^[A-Z][A-Z-]{1,24} [\x20-\x7e]*( H?T?T?P?\/?1?\.?[01]?\r?)?$/;
const REQUEST_LINE_LIMIT_BYTES = 8192;

function matchRequestLine(bytes: Uint8Array): Match {
  // Most of what is no HTTP is so by its first byte: making text of it would cost more than all else here.
  const first = byteAt(bytes, 0);
  if (first < 0x41 || first > 0x5a) return "no";
  const lineEnd = bytes.indexOf(0x0a) + 1;
  const text = latin1(bytes, Math.min(lineEnd || bytes.length, REQUEST_LINE_LIMIT_BYTES));
  if (REQUEST_LINE.test(text)) return "yes";
  return bytes.length < REQUEST_LINE_LIMIT_BYTES && REQUEST_LINE_BEGUN.test(text) ? "maybe" : "no";
}

/** SMTP (RFC 5321, 4.2) and FTP (RFC 959, 5.4) both greet with 220: the words, then the first command, then the port tell. */
function matchBanner220(first: FirstBytes, wanted: "smtp" | "ftp"): Match {
  const banner = latin1(first.server, BANNER_LIMIT_BYTES);
  if (!"220".startsWith(banner.slice(0, 3))) return "no";
  if (banner.length < 4 || !/^220[- ][^\n]*\n/.test(banner))
    return first.server.length < BANNER_LIMIT_BYTES ? "maybe" : "no";
  const told = bannerTold(banner, latin1(first.client, 16), first);
  if (told === undefined) return "maybe";
  return told === wanted ? "yes" : "no";
}

function bannerTold(banner: string, command: string, first: FirstBytes): "smtp" | "ftp" | "neither" | undefined {
  if (/\bE?SMTP\b/i.test(banner)) return "smtp";
  if (/FTP/i.test(banner)) return "ftp";
  if (/^(EHLO|HELO|LHLO)/i.test(command)) return "smtp";
  if (/^(USER|AUTH|FEAT|SYST|OPTS)/i.test(command)) return "ftp";
  if (SMTP_PORTS.has(first.serverPort)) return "smtp";
  if (first.serverPort === 21) return "ftp";
  return command.length >= 4 || first.final ? "neither" : undefined;
}

const SMTP_PORTS = new Set([25, 465, 587, 2525]);

/** The redis protocol: an array of bulk strings. */
function matchRedis(bytes: Uint8Array): Match {
  const text = latin1(bytes, 16);
  if (/^\*[1-9]\d{0,3}\r\n\$\d/.test(text)) return "yes";
  return /^\*([1-9]\d{0,3}(\r(\n\$?)?)?)?$/.test(text) ? "maybe" : "no";
}

/** RFC 2326, 6.1 and RFC 3261, 7.1: as in HTTP, with their own names. */
const RTSP_LINE = /^[A-Z_]{3,20} \S+ RTSP\/1\.0\r\n/;
const RTSP_BEGUN = /^[A-Z_]{1,20}$|^[A-Z_]{3,20} (?:\*|r(?:t(?:s(?:p[\x21-\x7e]*)?)?)?)?(?: R?T?S?P?\/?1?\.?0?\r?)?$/;
const SIP_LINE = /^(?:[A-Z]{3,12} sips?:\S+ SIP\/2\.0|SIP\/2\.0 \d{3} [^\r\n]*)\r\n/;
const SIP_BEGUN = /^[A-Z]{1,12}$|^[A-Z]{3,12} (?:s(?:i(?:ps?(?::[\x21-\x7e]*)?)?)?)?(?: S?I?P?\/?2?\.?0?\r?)?$|^SIP\//;
const DATAGRAM_LINE_LIMIT_BYTES = 512;

function matchLines(bytes: Uint8Array, line: RegExp, begun: RegExp): Match {
  const text = latin1(bytes, BANNER_LIMIT_BYTES);
  if (line.test(text)) return "yes";
  return bytes.length < BANNER_LIMIT_BYTES && begun.test(text) ? "maybe" : "no";
}

// --- Directories and proxies

/** RFC 4511, 4.1.1: a sequence of a short number and of an operation that a client may begin with. */
function matchLdap(bytes: Uint8Array): Match {
  if (bytes[0] !== 0x30) return "no";
  const lengthBytes = byteAt(bytes, 1) < 0x80 ? 1 : 1 + (byteAt(bytes, 1) & 0x7f);
  if (bytes.length > 1 && lengthBytes > 5) return "no";
  const id = 1 + lengthBytes;
  if (bytes.length < id + 2) return "maybe";
  const idBytes = byteAt(bytes, id + 1);
  if (bytes[id] !== 2 || idBytes === 0 || idBytes > 4) return "no";
  const operation = bytes[id + 2 + idBytes];
  if (operation === undefined) return "maybe";
  return LDAP_OPENINGS.has(operation) ? "yes" : "no";
}

/** Bind, search and extended requests. */
const LDAP_OPENINGS: ReadonlySet<number> = new Set([0x60, 0x63, 0x77]);

/** RFC 1928, 3: methods that exist, and the server's choice of one; SOCKS 4: a request, and that it was granted or not. */
function matchSocks(bytes: Uint8Array, server: Uint8Array): Match {
  const version = byteAt(bytes, 0);
  if (version === 4) return matchSocks4(bytes, server);
  const count = byteAt(bytes, 1);
  if (version !== 5 || (bytes.length > 1 && (count === 0 || count > MAX_SOCKS_METHODS))) return "no";
  const methods = bytes.subarray(2, 2 + count);
  if (methods.some((method) => method > 9 && method < 0x80)) return "no";
  if (bytes.length < 2 || methods.length < count || server.length === 0) return "maybe";
  if (server[0] !== 5) return "no";
  if (server.length < 2) return "maybe";
  return methods.includes(byteAt(server, 1)) || server[1] === 0xff ? "yes" : "no";
}

const MAX_SOCKS_METHODS = 16;

function matchSocks4(bytes: Uint8Array, server: Uint8Array): Match {
  const command = byteAt(bytes, 1);
  if (bytes.length > 1 && command !== 1 && command !== 2) return "no";
  if (bytes.length < 9 || server.length < 2) return server.length > 0 && server[0] !== 0 ? "no" : "maybe";
  return server[0] === 0 && byteAt(server, 1) >= 0x5a && byteAt(server, 1) <= 0x5d ? "yes" : "no";
}

// --- Databases

/** PostgreSQL, "Message Formats": StartupMessage 3.0, SSLRequest, GSSENCRequest, CancelRequest. */
function matchPostgresql(bytes: Uint8Array): Match {
  const begun = byteAt(bytes, 0) === 0 && byteAt(bytes, 1) === 0;
  if (!begun) return "no";
  if (bytes.length < 8) return "maybe";
  const length = (byteAt(bytes, 2) << 8) | byteAt(bytes, 3);
  const code = ((byteAt(bytes, 4) << 24) | (byteAt(bytes, 5) << 16) | (byteAt(bytes, 6) << 8) | byteAt(bytes, 7)) >>> 0;
  if (code === 0x30000) return length >= 9 ? "yes" : "no";
  return (length === 8 && (code === 0x4d2162f || code === 0x4d21630)) || (length === 16 && code === 0x4d2162e)
    ? "yes"
    : "no";
}

/** MySQL, "Protocol::HandshakeV10": packet 0 of the server, protocol version 10, a printable version up to a zero. */
function matchMysql(bytes: Uint8Array): Match {
  if (bytes.length >= 3 && byteAt(bytes, 2) !== 0) return "no";
  if (bytes.length >= 4 && byteAt(bytes, 3) !== 0) return "no";
  if (bytes.length >= 5 && byteAt(bytes, 4) !== 0x0a) return "no";
  for (let i = 5; i < bytes.length && i < 5 + 64; i += 1) {
    const byte = byteAt(bytes, i);
    if (byte === 0) return i > 7 ? "yes" : "no";
    if (byte < 0x20 || byte > 0x7e) return "no";
  }
  return bytes.length < 5 + 64 ? "maybe" : "no";
}

// --- Bytes

function matchPrefix(bytes: Uint8Array, prefix: string): Match {
  for (let i = 0; i < prefix.length && i < bytes.length; i += 1) {
    if (bytes[i] !== prefix.charCodeAt(i)) return "no";
  }
  return bytes.length >= prefix.length ? "yes" : "maybe";
}

function latin1(bytes: Uint8Array, limit: number): string {
  return String.fromCharCode(...bytes.subarray(0, limit));
}

function byteAt(bytes: Uint8Array, offset: number): number {
  return bytes[offset] ?? 0;
}
