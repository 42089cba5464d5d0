import t from "tap";
import type { SnifferEvent } from "../../../src/sniffer/event.js";
import { lengthFeatures, timeFeatures } from "../../../src/sniffer/guess/exchange-features.js";
import { ExchangeWatch } from "../../../src/sniffer/guess/seen-exchange.js";

const packet = (frame: number): SnifferEvent => ({
  ...{ event: "packet", frame, time: `1700000000.00000${frame}000`, captured_length: 60, original_length: 60 },
  ...{ link: "raw", src: null, dst: null, protocol: "tcp", ports: null, flags: null },
});
const hello = (version: string): SnifferEvent => ({
  ...{ event: "server_hello", conversation: 0, frame: 1, version, cipher_suite: "0x1301", alpn: null, group: null },
  ...{ hello_retry: false, resumed: false, ja3s: "" },
});
const record = (side: "client" | "server", length: number, content_type = 23): SnifferEvent => ({
  ...{ event: "record", conversation: 0, frame: 1, side, content_type, version: "0x0303", length },
});

/** "+5" is a client's record of 5 bytes. */
function watch(version: string, said: string) {
  const seen = new ExchangeWatch();
  seen.push(hello(version));
  for (const [index, word] of said.split(" ").entries()) {
    seen.push(packet(index + 1));
    seen.push(record(word.startsWith("+") ? "client" : "server", Number(word.slice(1))));
  }
  return seen.conversations[0];
}

const words = (exchanges: readonly (readonly { side: string; length: number }[])[] = []): string[] =>
  exchanges.map((one) => one.map(({ side, length }) => (side === "client" ? `+${length}` : `-${length}`)).join(" "));

t.test("the hidden end of the handshake, and the alert that ends it all, are no part of an exchange", async (t) => {
  const conversation = watch("0x0304", "-39 -433 -97 -53 +53 +155 -266 -34 -140 +19");
  t.same(words(conversation?.exchanges(1)), ["+155 -266 -34 -140"]);
  t.same(words(watch("0x0303", "+155 -140 +19")?.exchanges(1)), ["+155 -140 +19"], "TLS 1.2 hides no handshake");
});

t.test("where a client speaks again after the server, another exchange begins", async (t) => {
  const conversation = watch("0x0304", "-53 +53 +100 -34 -60 +100 +20 -60 -60 +100 -60 +19");
  t.same(words(conversation?.exchanges(3)), ["+100 -34 -60", "+100 +20 -60 -60", "+100 -60"]);
});

t.test("of a capture that goes on for ever a part is kept", async (t) => {
  const seen = new ExchangeWatch({ conversations: 3, records: 10, recordsOfOne: 4 });
  for (let conversation = 0; conversation < 5; conversation++) {
    for (let frame = 1; frame <= 6; frame++) seen.push({ ...record("client", 9), conversation } as SnifferEvent);
  }
  const kept = seen.conversations.map((conversation) => conversation.exchanges(1)[0]?.length);
  t.same(kept, [4, 4, 2]);
});

t.test("features have one length, whatever was seen", async (t) => {
  for (const said of ["-53 +53", "-53 +53 +100 -60", `-53 +53${" +9 -9".repeat(40)}`]) {
    const [exchange = []] = watch("0x0304", said)?.exchanges(1) ?? [];
    t.equal(lengthFeatures(exchange).length, 17);
    t.equal(timeFeatures(exchange).length, 16);
    t.ok([...lengthFeatures(exchange), ...timeFeatures(exchange)].every(Number.isFinite));
  }
  const [exchange = []] = watch("0x0304", "-53 +53 +100 -60")?.exchanges(1) ?? [];
  t.same(timeFeatures(exchange).slice(0, 3), [0, 1, 0], "a microsecond later");
});
