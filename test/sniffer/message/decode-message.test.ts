import protobuf from "protobufjs";
import t from "tap";
import { decodeMessage, redactedText } from "../../../src/sniffer/message/decode-message.js";
import { Schema } from "../../../src/sniffer/message/schema.js";
import { RandomSource } from "../../helpers/random-source.js";

const TEXT = `syntax = "proto3"; package t;
message All {
  double f64 = 1; float f32 = 2; int32 i32 = 3; int64 i64 = 4; uint32 u32 = 5; uint64 u64 = 6; sint32 s32 = 7;
  sint64 s64 = 8; fixed32 x32 = 9; fixed64 x64 = 10; sfixed32 sx32 = 11; sfixed64 sx64 = 12; bool on = 13;
  string text = 14; bytes raw = 15; Kind kind = 16; All inner = 17; repeated int32 many = 18;
  repeated string words = 19; map<string, int32> map = 20; string secret = 21 [debug_redact = true];
  All hidden = 22 [debug_redact = true]; map<string, string> tokens = 23 [debug_redact = true]; string username = 24;
  enum Kind { NONE = 0; SOME = 1; }
}`;
const root = protobuf.parse(TEXT, { keepCase: true }).root;
const All = root.lookupType("t.All");
const shape = Schema.parse(protobuf, [{ name: "t.proto", text: TEXT }]).message("t.All");
const encode = (value: object) => All.encode(All.fromObject(value)).finish();
const fields = (value: object) => decodeMessage(encode(value), shape).fields;

t.test("every type is read as its schema says: 64 bits as text, bytes as hex, enums by name", async (t) => {
  const value = {
    f64: 1.5,
    f32: -2.5,
    i32: -1,
    i64: "-9223372036854775808",
    u32: 4294967295,
    u64: "18446744073709551615",
    s32: -7,
    s64: "-8",
    x32: 9,
    x64: "10",
    sx32: -11,
    sx64: "-12",
    on: true,
    text: "grüß",
    raw: Buffer.from("00ff", "hex"),
    kind: "SOME",
    inner: { i32: 5 },
    many: [1, -2, 3],
    words: ["a", "b"],
    map: { x: 1, __proto__y: 2 },
  };
  t.same(fields(value), { ...value, raw: "00ff", map: { x: 1, __proto__y: 2 } });
});

t.test("numbers that JSON does not have are named", async (t) => {
  t.same(fields({ f64: Number.NaN, f32: Number.POSITIVE_INFINITY }), { f64: "NaN", f32: "Infinity" });
});

t.test("masked fields show their length and their place, and nothing else", async (t) => {
  const bytes = encode({ text: "x", secret: "hunter2 hunter2", hidden: { secret: "deep" }, tokens: { k: "value" } });
  const { fields: shown, noted } = decodeMessage(bytes, shape);
  t.same(shown, {
    text: "x",
    secret: "[redacted: 15 bytes]",
    hidden: "[redacted: 7 bytes]",
    tokens: ["[redacted: 10 bytes]"],
  });
  t.notMatch(JSON.stringify({ shown, noted }), /hunter2|deep|value/);
  const [secret] = noted;
  t.match(secret, { path: "t.All.secret", redacted: true, text: undefined, length: 15 });
  t.equal(Buffer.from(bytes).toString("latin1", secret?.offset, (secret?.offset ?? 0) + 15), "hunter2 hunter2");
});

t.test("masks hold in nested messages, and a name is noted with its value", async (t) => {
  const bytes = encode({ inner: { secret: "abc", username: "alice" } });
  const { fields: shown, noted } = decodeMessage(bytes, shape);
  t.same(shown, { inner: { secret: "[redacted: 3 bytes]", username: "alice" } });
  t.same(
    noted.map(({ text, offset, length }) => [text, offset, length]),
    [
      [undefined, Buffer.from(bytes).indexOf("abc"), 3],
      ["alice", Buffer.from(bytes).indexOf("alice"), 5],
    ],
  );
});

t.test("a masked field of the wrong wire type does not come out by its number either as text", async (t) => {
  // secret (21) as a varint instead of text: it is no secret's bytes, and is shown as what it is.
  t.same(decodeMessage(Uint8Array.of(0xa8, 0x01, 0x05), shape).fields, { 21: 5 });
});

t.test("unknown fields go by number; a singular field that comes twice shows both", async (t) => {
  const twice = Buffer.concat([encode({ text: "first" }), encode({ text: "last" })]);
  t.same(decodeMessage(twice, shape).fields, { text: ["first", "last"] });
  t.same(decodeMessage(Buffer.from("fa3f0161", "hex"), shape).fields, { 1023: "a" });
});

t.test("map keys are names and nothing more", async (t) => {
  const { map } = fields({ map: JSON.parse('{"__proto__": 3, "constructor": 4}') });
  t.same(Object.entries(map as object), [
    ["__proto__", 3],
    ["constructor", 4],
  ]);
});

t.test("what is no UTF-8 is said to be none", async (t) => {
  t.same(decodeMessage(Uint8Array.of(0x72, 0x01, 0xff), shape).fields, { text: "[not UTF-8: ff]" });
});

t.test("damage keeps what came before, with the place", async (t) => {
  const bytes = Buffer.concat([encode({ text: "good" }), Buffer.from("7205ab", "hex")]);
  const decoded = decodeMessage(bytes, shape);
  t.same(decoded.fields, { text: "good" });
  t.equal(decoded.damage?.offset, 6);
});

t.test("depth and number of values are bounded", async (t) => {
  let nested = Buffer.alloc(0);
  for (let i = 0; i < 200; i += 1) {
    const head = nested.length < 0x80 ? [nested.length] : [(nested.length & 0x7f) | 0x80, nested.length >> 7];
    nested = Buffer.concat([Uint8Array.of(0x8a, 0x01, ...head), nested]);
  }
  t.equal(decodeMessage(nested, shape).cut, true);
  const many = decodeMessage(encode({ many: Array.from({ length: 9000 }, () => 1) }), shape);
  t.equal((many.fields["many"] as number[]).length < 5000, true);
  const long = decodeMessage(encode({ text: "x".repeat(100_000) }), shape).fields["text"];
  t.equal(String(long).length < 5000, true);
});

t.test("no bytes whatever make it throw: cut everywhere, every byte changed, noise", async (t) => {
  const bytes = encode({
    inner: { secret: "s3cr3t!!", inner: { text: "x" } },
    map: { a: 1 },
    many: [1, 2],
    words: ["w"],
    x64: "9",
  });
  for (let end = 0; end <= bytes.length; end += 1) decodeMessage(bytes.subarray(0, end), shape);
  for (let at = 0; at < bytes.length; at += 1) {
    for (const flip of [0x01, 0x80, 0xff]) {
      const changed = Uint8Array.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ flip;
      decodeMessage(changed, shape);
      decodeMessage(changed, undefined);
    }
  }
  const random = new RandomSource(11);
  for (let i = 0; i < 3000; i += 1) decodeMessage(random.bytes(random.below(60)), i % 2 === 0 ? shape : undefined);
  t.pass("survived");
});

t.test("one byte is said in the singular", async (t) => {
  t.equal(redactedText(1), "[redacted: 1 byte]");
  t.equal(redactedText(0), "[redacted: 0 bytes]");
});
