import t from "tap";
import type { MessageEvent } from "../../../src/sniffer/event.js";
import { redactEvent } from "../../../src/sniffer/finding/event-redaction.js";
import { SecretList } from "../../../src/sniffer/finding/secret-search.js";

const event: MessageEvent = {
  event: "message",
  conversation: 0,
  side: "client",
  frame: 1,
  kind: "request",
  stream_id: 1,
  method: "a.B/C",
  metadata: { 'say "hi"': "x" },
  fields: { deep: [{ 'a "hi" b': 'say "hi" twice "hi"' }], number: 5 },
};

t.test("a secret goes from every text, however deep, and from names that came with the wire", async (t) => {
  const clean = redactEvent(event, new SecretList([Buffer.from('"hi"')]));
  t.notMatch(JSON.stringify(clean), /hi/);
  t.match(clean, { fields: { deep: [{ "a [secret] b": "say [secret] twice [secret]" }], number: 5 }, frame: 1 });
});

t.test("the words of the contract stay, even where they are secrets", async (t) => {
  const clean = redactEvent(
    event,
    new SecretList(["message", "client", "request", "e"].map((text) => Buffer.from(text))),
  );
  t.match(clean, { event: "message", side: "client", kind: "request" });
  const evidence = { frame: 1, offset: 2, length: 3 };
  const base = { event: "finding", conversation: 0, side: null, visibility: "readable", evidence } as const;
  const finding = redactEvent({ ...base, what: "eve" }, new SecretList([Buffer.from("e")]));
  t.same(finding, { ...base, what: "[secret]v[secret]" });
});
