// Zeek's ASCII logs: tab-separated values behind a header that names and types the columns (docs.zeek.org, log formats).
import type { Microseconds } from "./connection-facts.js";

export interface ZeekColumn {
  readonly name: string;
  readonly type: string;
}

const UNSET = "-";
const EMPTY = "(empty)";
const FIRST_BEYOND_ASCII = 0x80;
/** Zeek escapes control characters; what else could move a cursor or turn a line around is no loss. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\\]/u;
const UNSAFE_IN_VECTOR = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\\,]/u;

/** `opened`: when the log was begun, as Zeek says it: "2026-11-29-05-40-59". */
export function zeekHeader(path: string, columns: readonly ZeekColumn[], opened: string): string {
  return [
    "#separator \\x09",
    "#set_separator\t,",
    `#empty_field\t${EMPTY}`,
    `#unset_field\t${UNSET}`,
    `#path\t${path}`,
    `#open\t${opened}`,
    `#fields\t${columns.map(({ name }) => name).join("\t")}`,
    `#types\t${columns.map(({ type }) => type).join("\t")}`,
    "",
  ].join("\n");
}

export function zeekFooter(closed: string): string {
  return `#close\t${closed}\n`;
}

/** Local time, as Zeek has it in its headers. */
export function zeekDate(at: Date): string {
  const pad = (part: number): string => String(part).padStart(2, "0");
  const day = [at.getFullYear(), pad(at.getMonth() + 1), pad(at.getDate())];
  return [...day, pad(at.getHours()), pad(at.getMinutes()), pad(at.getSeconds())].join("-");
}

/** Undefined is unset. */
export function zeekString(text: string | undefined): string {
  if (text === undefined) return UNSET;
  if (text === "") return EMPTY;
  // What would be read as unset or empty is told apart by its first byte.
  if (text === UNSET || text === EMPTY) return `\\x${byteHex(text.charCodeAt(0))}${text.slice(1)}`;
  return escapeText(text, UNSAFE);
}

/** The same of bytes from the wire: UTF-8 is written as it is (LogAscii::enable_utf_8), any other byte as \xNN. */
export function zeekBytes(bytes: Uint8Array | null | undefined): string {
  if (bytes === null || bytes === undefined) return UNSET;
  const text = Buffer.from(bytes).toString("utf8");
  if (Buffer.from(text).equals(bytes)) return zeekString(text);
  return [...bytes]
    .map((byte) => (byte < FIRST_BEYOND_ASCII ? zeekString(String.fromCharCode(byte)) : `\\x${byteHex(byte)}`))
    .join("");
}

/** Values that hold the separator have it escaped. */
export function zeekVector(values: readonly string[] | undefined): string {
  if (values === undefined) return UNSET;
  if (values.length === 0) return EMPTY;
  return values.map((value) => escapeText(value, UNSAFE_IN_VECTOR)).join(",");
}

export function zeekTime(time: Microseconds | undefined): string {
  return time === undefined ? UNSET : microsecondsText(time);
}

export function zeekBool(value: boolean | undefined): string {
  if (value === undefined) return UNSET;
  return value ? "T" : "F";
}

/** "1.234567" of microseconds. */
export function microsecondsText(microseconds: Microseconds): string {
  const rounded = Math.round(microseconds);
  const whole = Math.floor(rounded / 1e6);
  return `${whole}.${String(rounded - whole * 1e6).padStart(6, "0")}`;
}

function escapeText(text: string, unsafe: RegExp): string {
  let escaped = "";
  for (const character of text) {
    if (!unsafe.test(character)) escaped += character;
    else if (character === "\\") escaped += "\\\\";
    else for (const byte of Buffer.from(character)) escaped += `\\x${byteHex(byte)}`;
  }
  return escaped;
}

function byteHex(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}
