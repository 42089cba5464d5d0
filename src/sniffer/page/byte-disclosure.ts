// Which bytes of a stream a page may show. What secrets look like cannot be listed: they stand in bodies, in fields that
// somebody made up, in protocols that nobody here knows. So what is harmless is listed, by protocol, and nothing else shown.
import { httpFrames } from "./http2-disclosure.js";
import { SHOWN_PATH } from "./path-disclosure.js";

/** "open": keys hide what is said in it. Names that a port alone gave (dns, dhcp) promise nothing. */
export type Disclosure = "open" | "http" | "commands" | "http2" | "binary";

const BY_APPLICATION: ReadonlyMap<string, Disclosure> = new Map<string, Disclosure>([
  ...["ssh", "dtls", "quic"].map((name) => [name, "open"] as const),
  ...["http", "rtsp", "sip"].map((name) => [name, "http"] as const),
  ...["smtp", "ftp", "pop3", "imap"].map((name) => [name, "commands"] as const),
  ["http2", "http2"],
]);

export function disclosureOf(application: string | undefined): Disclosure {
  return BY_APPLICATION.get(application ?? "unknown") ?? "binary";
}

/** For each byte 1 where it may be shown. `offset` is where they stand in their stream. */
export function disclosed(bytes: Uint8Array, offset: number, how: Disclosure): Uint8Array {
  switch (how) {
    case "open":
      return new Uint8Array(bytes.length).fill(1);
    case "http":
      return disclosedLines(bytes, offset, HTTP_LINES);
    case "commands":
      return disclosedLines(bytes, offset, COMMAND_LINES);
    case "http2":
      return httpFrames(bytes, offset);
    case "binary":
      return withoutText(bytes);
  }
}

/** A line's end, with the version that a request ends with. */
const LINE_END = /(?: (?:HTTP|RTSP|SIP)\/\d\.\d)?\r?\n$/;

/** Each matches from a line's begin as far as it is harmless; the longest counts. */
const HTTP_LINES: readonly RegExp[] = [
  new RegExp(`^[A-Z][A-Z_]{2,19} ${SHOWN_PATH}+`),
  /^[A-Z]{3,12} sips?:/,
  /^CONNECT [\w.:[\]-]{1,255}/,
  /^(?:HTTP|RTSP|SIP)\/\d\.\d \d{3}[^\r\n]*/,
  /^[A-Za-z][\w-]{0,63}:/,
  // Fields that say what a message is, and not what somebody keeps.
  /^(?:host|user-agent|server|date|connection|upgrade|via|vary|allow|age|expires|pragma|te|trailer|expect|dnt|range|cseq|accept(?:-[a-z]+)?|cache-control|keep-alive|transfer-encoding|content-(?:type|length|encoding|language|range)|sec-fetch-[a-z]+|upgrade-insecure-requests|last-modified|if-(?:un)?modified-since):[^\r\n]*/i,
];

const COMMAND_LINES: readonly RegExp[] = [
  /^(?:[A-Za-z]{0,4}\d{1,6} )?(?:EHLO|HELO|LHLO|MAIL FROM:|RCPT TO:|SELECT|EXAMINE|FEAT|OPTS|TYPE|PORT|EPRT|CWD|MKD|RMD|SIZE|MDTM|RETR|STOR|APPE|LIST|NLST|PBSZ|PROT|FETCH|UID FETCH) ?[^\r\n]*/,
  /^USER \S+\r?\n/i,
  /^(?:[A-Za-z]{0,4}\d{1,6} )?(?:DATA|QUIT|RSET|NOOP|STARTTLS|STLS|CAPA|CAPABILITY|STAT|UIDL|LIST|LOGOUT|IDLE|SYST|PASV|EPSV|CDUP|PWD)\r?\n/i,
  /^(?:[A-Za-z]{0,4}\d{1,6} )?(?:LOGIN|PASS|ACCT|APOP|AUTH|AUTHENTICATE)(?=[ \r\n])/i,
  /^(?:[A-Za-z]{0,4}\d{1,6} )?AUTH(?:ENTICATE)? [A-Z][A-Z0-9_-]{2,19}(?=[ \r\n])/,
  // A challenge of SASL (334, +) is not for everyone.
  /^(?!334)[1-5]\d\d[ -][^\r\n]*/,
  /^334 /,
  /^(?:\+OK|-ERR|[A-Za-z]{0,4}\d{1,6} (?:OK|NO|BAD))\b[^\r\n]*/,
  /^\* (?:\d+ )?(?:OK|NO|BAD|BYE|PREAUTH|CAPABILITY|FLAGS|LIST|LSUB|SEARCH|STATUS|EXISTS|RECENT|EXPUNGE)\b[^\r\n]*/,
];

const LINE_FEED = 0x0a;

function disclosedLines(bytes: Uint8Array, offset: number, harmless: readonly RegExp[]): Uint8Array {
  const mask = new Uint8Array(bytes.length);
  // Where the piece begins within a line, nobody knows of which field.
  let at = offset === 0 ? 0 : bytes.indexOf(LINE_FEED) + 1;
  if (offset !== 0 && at === 0) return mask;
  while (at < bytes.length) {
    const feed = bytes.indexOf(LINE_FEED, at);
    const end = feed < 0 ? bytes.length : feed + 1;
    const line = Buffer.from(bytes.subarray(at, end)).toString("latin1");
    mask.fill(1, at, at + Math.max(0, ...harmless.map((rule) => rule.exec(line)?.[0].length ?? 0)));
    mask.fill(1, end - (LINE_END.exec(line)?.[0].length ?? 0), end);
    at = end;
  }
  return mask;
}

/** Shorter runs of printable bytes come about by chance. */
const MIN_TEXT_BYTES = 4;
/** Names of methods, as our protocol and gRPC have them. */
const METHOD_NAME = /[a-z][a-z0-9_]{0,63}(?:\.[a-z][a-z0-9_]{0,63}){1,8}\.[A-Z]\w{0,63}\/[A-Z]\w{0,63}/g;

/** All but what a person could read, whatever its encoding: a password, a token, a hash in hex, base64. */
function withoutText(bytes: Uint8Array): Uint8Array {
  const mask = new Uint8Array(bytes.length).fill(1);
  const kinds = textKinds(bytes);
  for (let at = 0; at < bytes.length; ) {
    const end = endOfText(kinds, at);
    const touchesEdge = at === 0 || end === bytes.length;
    if (end - at >= MIN_TEXT_BYTES || (end > at && touchesEdge)) mask.fill(0, at, end);
    at = end + 1;
  }
  const text = Buffer.from(bytes).toString("latin1");
  for (const { 0: name, index } of text.matchAll(METHOD_NAME)) mask.fill(1, index, index + name.length);
  return mask;
}

enum Kind {
  Binary = 0,
  Text = 1,
  /** A zero between two printable bytes: UTF-16. */
  Between = 2,
}

function textKinds(bytes: Uint8Array): Uint8Array {
  const kinds = new Uint8Array(bytes.length);
  for (let at = 0; at < bytes.length; ) {
    const length = characterLength(bytes, at);
    if (length > 0) kinds.fill(Kind.Text, at, at + length);
    at += Math.max(1, length);
  }
  for (let at = 1; at < bytes.length; at++) {
    const isBetween = bytes[at] === 0 && kinds[at - 1] === Kind.Text && (kinds[at + 1] ?? Kind.Text) === Kind.Text;
    if (isBetween) kinds[at] = Kind.Between;
  }
  return kinds;
}

function endOfText(kinds: Uint8Array, from: number): number {
  let at = from;
  while (at < kinds.length && kinds[at] !== Kind.Binary) at++;
  return at;
}

/** Of the printable character that begins here, in ASCII or UTF-8; 0 where there is none. */
function characterLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  if (first === 0x09 || first === 0x0a || first === 0x0d || (first >= 0x20 && first < 0x7f)) return 1;
  const length = first >= 0xf0 && first < 0xf5 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
  if (first >= 0xf5 || length === 0) return 0;
  for (let next = 1; next < length; next++) if (((bytes[at + next] ?? 0) & 0xc0) !== 0x80) return 0;
  return length;
}
