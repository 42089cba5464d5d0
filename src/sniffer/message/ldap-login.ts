// How a client of LDAP says who it is (RFC 4511, 4.2), in the clear or by SASL, and where StartTLS was granted (4.14).
import type { Side } from "../event.js";
import { type Credential, maskedCredential, shownCredential } from "./credential.js";
import { type FramedPacket, payloadReader } from "./framed-bytes.js";
import type { LoginOutcome, LoginTalk } from "./login-observer.js";
import { PacketReader, type Piece } from "./packet-reader.js";
import { saslCredentials } from "./sasl.js";

const Tag = {
  INTEGER: 0x02,
  ENUMERATED: 0x0a,
  SEQUENCE: 0x30,
  BIND_REQUEST: 0x60,
  EXTENDED_REQUEST: 0x77,
  EXTENDED_RESPONSE: 0x78,
  NAME: 0x80,
  SIMPLE: 0x80,
  SASL: 0xa3,
} as const;
const START_TLS = "1.3.6.1.4.1.1466.20037";

export class LdapLogin implements LoginTalk {
  readonly name = "ldap";
  readonly lengthOf = { client: berLength, server: berLength };
  #wantsTls = false;

  packet(side: Side, packet: FramedPacket): LoginOutcome | undefined {
    const reader = payloadReader(packet);
    element(reader);
    const operation = element(reader);
    const inner = operation && new PacketReader(packet.kept.bytes, operation.value.at);
    if (operation === undefined || inner === undefined) return undefined;
    if (side === "client" && operation.tag === Tag.BIND_REQUEST) return { found: bindCredentials(inner) };
    if (side === "client" && operation.tag === Tag.EXTENDED_REQUEST) {
      const name = element(inner);
      this.#wantsTls = name?.tag === Tag.NAME && name.value.text === START_TLS;
    }
    if (side === "client" || operation.tag !== Tag.EXTENDED_RESPONSE || !this.#wantsTls) return undefined;
    this.#wantsTls = false;
    const result = element(inner);
    const granted = result?.tag === Tag.ENUMERATED && result.value.length === 1 && result.value.bytes[0] === 0;
    return granted ? { handover: "TLS begins" } : undefined;
  }
}

function bindCredentials(reader: PacketReader): Credential[] {
  element(reader);
  const name = element(reader)?.value;
  const found: Credential[] = [];
  const field = "ldap bind";
  if (name !== undefined && name.length > 0) {
    found.push(shownCredential("username", name.text, { field, at: name.at, length: name.length }));
  }
  const start = reader.at;
  const choice = element(reader);
  if (choice?.tag === Tag.SIMPLE && choice.value.length > 0) {
    const { at, length } = choice.value;
    found.push(maskedCredential("password", length, { field, at, length }));
  }
  if (choice?.tag === Tag.SASL) {
    reader.at = start;
    // Into the choice: its tag and its length are passed over, its parts are not.
    reader.u8();
    lengthField(reader);
    const mechanism = element(reader)?.value.text ?? "";
    const answer = element(reader)?.value;
    if (answer !== undefined) {
      const place = { field: `${field} ${mechanism.slice(0, 32)}`, at: answer.at, length: answer.length };
      found.push(...saslCredentials(mechanism, 0, answer.bytes, place));
    }
  }
  return found;
}

interface Element {
  readonly tag: number;
  readonly value: Piece;
}

function element(reader: PacketReader): Element | undefined {
  if (reader.left < 2) return undefined;
  const tag = reader.u8();
  return { tag, value: reader.take(lengthField(reader)) };
}

function lengthField(reader: PacketReader): number {
  const first = reader.u8();
  let length = first < 0x80 ? first : 0;
  for (let count = first < 0x80 ? 0 : Math.min(4, first & 0x7f); count > 0; count -= 1)
    length = length * 256 + reader.u8();
  return length;
}

function berLength(head: Uint8Array): number | "more" | "none" {
  if (head[0] !== Tag.SEQUENCE) return "none";
  const first = head[1];
  if (first === undefined) return "more";
  if (first < 0x80) return first;
  const bytes = first & 0x7f;
  if (bytes === 0 || bytes > 4) return "none";
  if (head.length < 2 + bytes) return "more";
  return lengthField(new PacketReader(head, 1));
}
