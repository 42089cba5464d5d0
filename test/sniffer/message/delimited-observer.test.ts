import protobuf from "protobufjs";
import t from "tap";
import { DelimitedObserver } from "../../../src/sniffer/message/delimited-observer.js";
import { Schema } from "../../../src/sniffer/message/schema.js";
import { byteByByte, whole } from "../../helpers/stage-feeding.js";
import { type ObserveOptions, observe, type Turn } from "./observed-talk.js";

const TEXT = `syntax = "proto3"; package shop;
message Price { double amount = 1; }
message Order { string item = 1; uint32 count = 2; string card = 3 [debug_redact = true]; }`;
const schema = Schema.parse(protobuf, [{ name: "shop.proto", text: TEXT }]);
const root = protobuf.parse(TEXT, { keepCase: true }).root;
const order = (value: object) => root.lookupType("shop.Order").encodeDelimited(value).finish();
const watch = (turns: readonly Turn[], options?: ObserveOptions) =>
  observe((conversation) => new DelimitedObserver(conversation, schema.topLevelMessages()), turns, options);

for (const chunking of [whole, byteByByte]) {
  t.test(`messages of a given schema are read, and their masks hold (${chunking.name})`, async (t) => {
    const bytes = Buffer.concat([order({ item: "tea", count: 2 }), order({ item: "x".repeat(300), card: "4111" })]);
    const { messages, findings, tally } = watch([["client", bytes]], { chunking });
    t.match(messages[0], { kind: "data", method: null, fields: { "@type": "shop.Order", item: "tea", count: 2 } });
    t.equal(messages[1]?.fields["card"], "[redacted: 4 bytes]");
    t.match(findings[0], {
      what: "card",
      field: "shop.Order.card",
      evidence: { offset: bytes.indexOf("4111"), length: 4 },
    });
    t.equal(tally.plaintext, bytes.length);
  });
}

t.test("what fits no message is left alone", async (t) => {
  t.same(watch([["client", "hello, world, this is no protobuf"]]).events, []);
  t.same(watch([["client", Uint8Array.of(2, 0x28, 0x01)]]).events, [], "a field that no schema has");
  t.same(watch([["client", Uint8Array.of(0)]]).events, [], "an empty message is no evidence");
});

t.test("a side that stops fitting is not read on", async (t) => {
  const { messages, tally } = watch([
    ["client", order({ item: "tea" })],
    ["client", Uint8Array.of(1, 0xff)],
    ["client", order({ item: "tea" })],
  ]);
  t.equal(messages.length, 1);
  t.ok(tally.not_understood > 0);
});
