import t from "tap";
import type { FindingEvent, SummaryEvent } from "../../../src/sniffer/event.js";
import { Verdict } from "../../../src/sniffer/finding/verdict.js";

const finding = (more: Partial<FindingEvent>): FindingEvent => ({
  event: "finding",
  conversation: 0,
  side: "client",
  visibility: "readable",
  what: "password",
  evidence: { frame: 9, offset: 12, length: 24 },
  ...more,
});
const summary = (accounted: Partial<SummaryEvent["accounted"]> = {}): SummaryEvent => ({
  event: "summary",
  packets: 2,
  bytes: 1,
  link_types: ["raw"],
  skipped: { arp: 2 },
  accounted: {
    headers: 0,
    plaintext: 0,
    tls_metadata: 0,
    ciphertext: 0,
    padding: 0,
    retransmitted: 0,
    gap: 0,
    truncated: 0,
    not_understood: 0,
    ...accounted,
  },
  damaged: false,
});
const lines = (...events: Parameters<Verdict["push"]>[0][]) => {
  const verdict = new Verdict();
  for (const event of events) verdict.push(event);
  return verdict.lines().map(({ text }) => text);
};

t.test("what was given away comes first, with its evidence", async (t) => {
  const text = lines(
    finding({ value: "[redacted: 24 bytes]", field: "a.B.password" }),
    finding({ what: "username", value: "alice" }),
    summary({ plaintext: 9 }),
  );
  t.equal(text[0], "A man in the middle could read the password and the username.");
  t.ok(
    text.includes("password: [redacted: 24 bytes] in a.B.password (packet 9, byte 12 of the client's stream in #0)"),
  );
});

t.test("a secret that was sought and recognised too is told once, by its name", async (t) => {
  const sought = { what: "secret", value: "[redacted: 24 bytes]", field: "secret 1, as it is" };
  const named = finding({ value: "[redacted: 24 bytes]", field: "a.B.password" });
  const text = lines(finding(sought), named, summary({ plaintext: 9 }));
  t.equal(text[0], "A man in the middle could read the password.");
  t.match(text.join("\n"), "secret 1, as it is", "the evidence is listed all the same");
  const elsewhere = finding({ ...sought, evidence: { frame: 9, offset: 90, length: 24 } });
  t.match(lines(elsewhere, named, summary({ plaintext: 9 }))[0], "the secret and the password");
});

t.test("plaintext without known secrets, ciphertext alone, and nothing at all have their own words", async (t) => {
  t.match(lines(summary({ plaintext: 9 }))[0], "9 bytes in the clear");
  t.match(lines(summary({ ciphertext: 9 }))[0], "no content");
  t.match(lines(summary())[0], "Nothing was seen");
  t.match(lines(summary({ not_understood: 5 }))[1], "others may read them");
});

t.test("large numbers are grouped as everywhere else", async (t) => {
  const [first, second, ...rest] = lines(summary({ plaintext: 7_217_628, not_understood: 2459 }));
  t.equal(first, "A man in the middle could read 7,217,628 bytes in the clear.");
  t.match(second, "2,459 bytes more");
  t.match(rest.join("\n"), "of these: plaintext 7,217,628, not understood 2,459");
});

t.test("while it goes on, what is said may be readable though no secret was", async (t) => {
  const verdict = new Verdict();
  t.equal(verdict.headline(), "No secret was readable so far.");
  t.equal(verdict.headline(true), "A man in the middle can read what is said; no secret so far.");
  verdict.push(finding({ value: "[redacted: 24 bytes]" }));
  t.equal(verdict.headline(true), "A man in the middle could read the password.");
});

t.test("what only keys opened is not called readable", async (t) => {
  const text = lines(finding({ value: "x", decrypted: true }), summary({ ciphertext: 9 }));
  t.match(text[0], "no content");
  t.ok(text.some((line) => /with the keys/.test(line)));
});

t.test("the same again is counted; very many are bounded", async (t) => {
  t.ok(lines(finding({}), finding({}), summary()).some((line) => /, 2 times\)/.test(line)));
  const many = Array.from({ length: 1000 }, (_, i) => finding({ what: `thing ${i}` }));
  const text = lines(...many, summary());
  t.ok(text.length < 30);
  t.ok(text.includes("and 988 more"));
});

t.test("totals name what was skipped", async (t) => {
  t.ok(lines(summary()).includes("packets not looked into: 2 arp"));
});

t.test("a password behind many names is in the first sentence", async (t) => {
  const names = Array.from({ length: 20 }, (_, index) => finding({ what: "username", value: `user${index}` }));
  const [first] = lines(...names, finding({ value: "[redacted: 4 bytes]" }), summary({ plaintext: 9 }));
  t.equal(first, "A man in the middle could read the username and the password.");
});

t.test("handshakes alone, other ciphers than TLS and captures of nothing are called what they are", async (t) => {
  t.match(lines(summary({ tls_metadata: 9 }))[0], "could read no content: handshakes of TLS were seen");
  t.match(lines(summary({ not_understood: 9 }))[0], "nothing encrypted by TLS");
  t.equal(lines({ ...summary(), packets: 0 })[0], "Nothing was captured: there is nothing to read.");
});
