// Header fields as events show them: bounded, and masked where they open doors.
import { isSecretField, maskedField } from "./http-credentials.js";

export interface TextField {
  readonly name: string;
  readonly value: string;
}

const MAX_SHOWN_CHARACTERS = 4096;
const MAX_TEXT_CHARACTERS = 1024;

export function headerValue(fields: readonly TextField[], name: string): string | undefined {
  return fields.find((field) => field.name === name)?.value;
}

/** All but the pseudo-header fields, as far as there is room. */
export function metadataOf(fields: readonly TextField[]): Record<string, string> {
  const shown: [string, string][] = [];
  let left = MAX_SHOWN_CHARACTERS;
  for (const { name, value } of fields) {
    if (name.startsWith(":") || name === "te") continue;
    left -= name.length + value.length;
    if (left < 0) break;
    shown.push([name, isSecretField(name) ? maskedField(name, value) : value]);
  }
  return Object.fromEntries(shown);
}

/** Cut to what may be remembered, in memory of its own: a part of a long text would keep the whole. */
export function ownText(text: string): string {
  if (text.length <= MAX_TEXT_CHARACTERS) return text;
  return Buffer.from(text.slice(0, MAX_TEXT_CHARACTERS), "latin1").toString("latin1");
}

/** gRPC's message of a status: UTF-8, percent-encoded. */
export function percentDecoded(text: string): string {
  const bytes = text.replace(/%([0-9a-f]{2})/gi, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
}

/** The trailers of gRPC-Web: lines as in HTTP/1. */
export function trailerFields(bytes: Uint8Array | undefined): TextField[] {
  const text = Buffer.from(bytes?.subarray(0, MAX_SHOWN_CHARACTERS) ?? []).toString("latin1");
  return text.split("\r\n").flatMap((line) => {
    const colon = line.indexOf(":");
    return colon < 1 ? [] : [{ name: line.slice(0, colon).toLowerCase(), value: line.slice(colon + 1).trim() }];
  });
}
