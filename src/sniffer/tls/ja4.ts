// JA4 as FoxIO's technical_details/JA4.md defines it. The other JA4+ kinds are under a licence that forbids them here.
import { hash } from "node:crypto";
import type { ClientHello } from "./client-hello.js";
import { ExtensionType } from "./extension-names.js";
import { isGrease, withoutGrease } from "./grease.js";
import { hex16 } from "./printable.js";

/** "t" over TCP, "q" over QUIC, "d" over DTLS. */
export type Ja4Transport = "t" | "q" | "d";

const EMPTY_HASH = "000000000000";
const MAX_COUNT = 99;

const VERSIONS = new Map<number, string>([
  [0x0002, "s2"],
  [0x0300, "s3"],
  [0x0301, "10"],
  [0x0302, "11"],
  [0x0303, "12"],
  [0x0304, "13"],
  [0xfeff, "d1"],
  [0xfefd, "d2"],
  [0xfefc, "d3"],
]);

/** "t13d1516h2_8daaf6152771_e5627efa2ab1". */
export function ja4(hello: ClientHello, transport: Ja4Transport = "t"): string {
  const { ciphers, extensions } = ja4Lists(hello);
  return `${firstPart(hello, transport)}_${hash12(ciphers)}_${hash12(extensions)}`;
}

/** JA4_r: the lists themselves in place of their hashes. */
export function ja4Raw(hello: ClientHello, transport: Ja4Transport = "t"): string {
  const { ciphers, extensions } = ja4Lists(hello);
  return `${firstPart(hello, transport)}_${ciphers}_${extensions}`;
}

function firstPart(hello: ClientHello, transport: Ja4Transport): string {
  const sni = hello.extensions.includes(ExtensionType.ServerName) ? "d" : "i";
  const counts = count(withoutGrease(hello.cipherSuites)) + count(withoutGrease(hello.extensions));
  return transport + versionPart(hello) + sni + counts + alpnPart(hello.alpn.find((name) => !isGreaseName(name)));
}

function ja4Lists(hello: ClientHello): { ciphers: string; extensions: string } {
  const kept = withoutGrease(hello.extensions).filter(
    (type) => type !== ExtensionType.ServerName && type !== ExtensionType.Alpn,
  );
  const schemes = hexList(withoutGrease(hello.signatureAlgorithms));
  const extensions = hexList(kept.sort(ascending));
  return {
    ciphers: hexList(withoutGrease(hello.cipherSuites).sort(ascending)),
    // Without signature algorithms the text ends without an underscore.
    extensions: schemes === "" ? extensions : `${extensions}_${schemes}`,
  };
}

function versionPart(hello: ClientHello): string {
  const offered = hello.supportedVersions === null ? [hello.legacyVersion] : withoutGrease(hello.supportedVersions);
  return VERSIONS.get(newest(offered)) ?? "00";
}

// DTLS counts its versions downwards.
function newest(versions: readonly number[]): number {
  const datagram = versions.every((version) => version >>> 8 === 0xfe);
  return datagram ? Math.min(...versions) : Math.max(...versions);
}

function count(values: readonly number[]): string {
  return Math.min(values.length, MAX_COUNT).toString().padStart(2, "0");
}

/** RFC 8701 section 2: ALPN names of two equal bytes 0x?a are GREASE as well. */
function isGreaseName(name: Uint8Array): boolean {
  const [high = 0, low = 0] = name;
  return name.length === 2 && isGrease((high << 8) | low);
}

/** First and last character; where either is not alphanumeric, first and last digit of the hex form. */
function alpnPart(name: Uint8Array | undefined): string {
  const first = name?.[0];
  const last = name?.at(-1);
  if (first === undefined || last === undefined) return "00";
  if (isAlphanumeric(first) && isAlphanumeric(last)) return String.fromCharCode(first, last);
  return (first >>> 4).toString(16) + (last & 0x0f).toString(16);
}

function isAlphanumeric(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);
}

function hexList(values: readonly number[]): string {
  return values.map((value) => hex16(value).slice(2)).join(",");
}

function ascending(left: number, right: number): number {
  return left - right;
}

function hash12(text: string): string {
  return text === "" ? EMPTY_HASH : hash("sha256", text).slice(0, 12);
}
