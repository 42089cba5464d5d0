// What the decoder refuses in the bytes of a frame, each by name; and what looks odd but is accepted.
import t from "tap";
import { FrameDecoder } from "../../src/wire/frame-decoder.js";
import { plainBytes } from "./frame-message.js";

/** The frame's bytes behind their prefix. */
function framed(hex: string): Buffer {
  const bytes = Buffer.from(hex.replaceAll(" ", ""), "hex");
  const prefix = bytes.length < 0x80 ? [bytes.length] : [(bytes.length & 0x7f) | 0x80, bytes.length >> 7];
  return Buffer.concat([Buffer.from(prefix), bytes]);
}

function decode(hex: string) {
  const decoder = new FrameDecoder();
  decoder.push(framed(hex));
  return decoder.next();
}

const REFUSALS: [string, string, string][] = [
  ["two bodies of different kinds", "32 00 42 00", "two_bodies"],
  ["two bodies of the same kind", "32 00 32 00", "two_bodies"],
  ["a stream id twice", "08 01 08 01 32 00", "duplicate_field"],
  ["ignorable twice", "10 01 10 01 32 00", "duplicate_field"],
  ["padding twice", "1a 00 1a 00 32 00", "duplicate_field"],
  ["a method twice", "22 04 0a 00 0a 00", "duplicate_field"],
  ["a timeout twice", "22 04 10 01 10 01", "duplicate_field"],
  ["open twice", "22 04 18 01 18 01", "duplicate_field"],
  ["a request's credit twice", "22 04 20 01 20 01", "duplicate_field"],
  ["a payload twice", "22 04 7a 00 7a 00", "duplicate_field"],
  ["a status twice", "2a 04 0a 00 0a 00", "duplicate_field"],
  ["a status code twice", "2a 06 0a 04 08 01 08 02", "duplicate_field"],
  ["a status message twice", "2a 06 0a 04 12 00 12 00", "duplicate_field"],
  ["a response's payload twice", "2a 04 7a 00 7a 00", "duplicate_field"],
  ["a metadata key twice", "22 06 2a 04 0a 00 0a 00", "duplicate_field"],
  ["a metadata entry with a text and bytes", "22 06 2a 04 12 00 1a 00", "duplicate_field"],
  ["a metadata entry with two texts", "22 06 2a 04 12 00 12 00", "duplicate_field"],
  ["a detail's type twice", "2a 08 0a 06 1a 04 0a 00 0a 00", "duplicate_field"],
  ["a detail's value twice", "2a 08 0a 06 1a 04 12 00 12 00", "duplicate_field"],
  ["the end of data twice", "32 04 08 01 08 01", "duplicate_field"],
  ["a cancel's code twice", "3a 04 08 01 08 01", "duplicate_field"],
  ["a cancel's reason twice", "3a 04 12 00 12 00", "duplicate_field"],
  ["a credit twice", "42 04 08 01 08 01", "duplicate_field"],
  ["a ping's token twice", "4a 04 08 01 08 01", "duplicate_field"],
  ["a ping's ack twice", "4a 04 10 01 10 01", "duplicate_field"],
  ["a GoAway's grace twice", "52 04 20 01 20 01", "duplicate_field"],
  ["a Hello's minor twice", "5a 04 08 01 08 01", "duplicate_field"],
  ["a Hello's schema hash twice", "5a 04 32 00 32 00", "duplicate_field"],
  ["padding that is not zero", "1a 03 00 01 00 32 00", "nonzero_padding"],
  ["a stream id with the wire type of text", "0a 01 41 32 00", "wrong_wire_type"],
  ["ignorable in four bytes", "15 01 00 00 00 32 00", "wrong_wire_type"],
  ["padding as a number", "18 00 32 00", "wrong_wire_type"],
  ["a body as a number", "20 01", "wrong_wire_type"],
  ["a method as a number", "22 02 08 01", "wrong_wire_type"],
  ["a timeout in eight bytes", "22 09 11 00 00 00 00 00 00 00 00", "wrong_wire_type"],
  ["metadata as a number", "22 02 28 01", "wrong_wire_type"],
  ["a payload as a number", "22 02 78 01", "wrong_wire_type"],
  ["wire type 6 in an unknown field", "32 00 66", "wrong_wire_type"],
  ["wire type 7 in an unknown field", "32 00 67", "wrong_wire_type"],
  ["a group in an unknown field", "32 00 63 64", "group"],
  ["a lone end of group", "32 00 64", "group"],
  ["a known field as a group", "0b 0c 32 00", "group"],
  ["a body as a group", "23 24", "group"],
  ["a group inside a body", "32 02 13 14", "group"],
  ["field number 0", "00 00", "field_number_zero"],
  ["field number 0 with a length", "02 00", "field_number_zero"],
  ["field number 0 inside a body", "32 02 00 00", "field_number_zero"],
  ["a tag over 32 bits", "88 80 80 80 10 01", "malformed_varint"],
  ["a stream id over 32 bits", "08 80 80 80 80 10 32 00", "malformed_varint"],
  ["a stream id in six bytes", "08 81 80 80 80 80 00 32 00", "malformed_varint"],
  ["a token over 64 bits", "4a 0b 08 ff ff ff ff ff ff ff ff ff 02", "malformed_varint"],
  ["a number that ends with its body", "42 02 08 80 08 01", "malformed_varint"],
  ["a tag without a value", "08", "malformed_varint"],
  ["an unknown number of eleven bytes", "60 80 80 80 80 80 80 80 80 80 80 01", "malformed_varint"],
  ["text that is no UTF-8", "3a 03 12 01 ff", "invalid_utf8"],
  ["an overlong form", "3a 04 12 02 c0 80", "invalid_utf8"],
  ["a surrogate in UTF-8", "3a 05 12 03 ed a0 80", "invalid_utf8"],
  ["a code point past U+10FFFF", "3a 06 12 04 f4 90 80 80", "invalid_utf8"],
  ["text cut within a character", "3a 04 12 02 e2 82", "invalid_utf8"],
  ["long text with one bad byte", `3a 2a 12 28 ${"61".repeat(39)} 80`, "invalid_utf8"],
  ["a body that reaches past its frame", "32 01", "past_end"],
  ["a payload that reaches past its frame", "22 02 7a 01", "past_end"],
  ["a payload that reaches past its body", "22 02 7a 01 41", "past_end"],
  ["a method that reaches past its body", "22 02 0a 05 08 01 08 01 08 01", "past_end"],
  ["metadata that reaches past its body", "22 03 2a 02 0a", "past_end"],
  ["padding that reaches past its frame", "32 00 1a 05 00", "past_end"],
  ["an unknown field that reaches past its frame", "32 00 62 05 00", "past_end"],
  ["four bytes that are not there", "32 00 65 00", "past_end"],
  ["eight bytes that are not there", "32 00 61 00", "past_end"],
  ["a length of 4 GiB", "32 ff ff ff ff 0f", "past_end"],
  ["an unknown body", "62 00", "unknown_body"],
  ["a frame with no body", "08 01", "unknown_body"],
  ["an unknown body with ignorable false", "10 00 62 00", "unknown_body"],
];

for (const [name, hex, code] of REFUSALS) {
  t.test(`refuses ${name} as ${code}`, async (t) => {
    t.throws(() => decode(hex), { name: "WireError", code, blame: "peer" });
  });
}

const ACCEPTED: [string, string, object][] = [
  ["an unknown field beside a known body", "32 00 62 01 ff", { kind: "data", end: false }],
  ["an unknown field before a known body", "60 01 32 00", { kind: "data" }],
  ["unknown fields of every wire type", "32 10 6001 6101020304050607086501020304", { kind: "data" }],
  ["an unknown body marked ignorable", "08 05 10 01 62 00", { kind: "unknown", streamId: 5, bodyField: 12 }],
  ["cover traffic: padding and no body", "10 01 1a 02 00 00", { kind: "unknown", bodyField: 0 }],
  ["a stream id behind the body", "32 02 08 01 08 07", { kind: "data", streamId: 7, end: true }],
  ["a payload before the method", "22 06 7a 01 41 0a 01 62", { kind: "request", method: "b" }],
  ["fields written with their default", "08 00 10 00 1a 00 42 02 08 00", { kind: "credit", streamId: 0, bytes: 0 }],
  ["a number in more bytes than it needs", "08 81 00 42 02 08 05", { kind: "credit", streamId: 1, bytes: 5 }],
  ["a truth other than 1", "32 02 08 05", { kind: "data", end: true }],
  ["U+FEFF at the front of text, as text", "3a 05 12 03 ef bb bf", { kind: "cancel", reason: "\ufeff" }],
  ["U+FFFD that was sent as itself", "3a 05 12 03 ef bf bd", { kind: "cancel", reason: "\ufffd" }],
  ["NUL in text", "3a 03 12 01 00", { kind: "cancel", reason: "\0" }],
];

for (const [name, hex, frame] of ACCEPTED) {
  t.test(`accepts ${name}`, async (t) => {
    t.match(plainBytes(decode(hex)?.frame), frame);
  });
}
