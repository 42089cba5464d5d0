import t from "tap";
import { decodeSslV2Hello, describeSslV2Hello, looksLikeSslV2Hello } from "../../../src/sniffer/tls/sslv2-hello.js";
import { record, serverHelloRecord } from "./hello-bytes.js";
import { findingLines, ofKind, watch } from "./watched-talk.js";

/** As OpenSSL 0.9.8 sent it: SSLv2 framing, TLS 1.0 wished for, a challenge of 16 bytes. */
function sslV2Hello(version = 0x0301): Uint8Array {
  const specs = Buffer.from("00002f000005010080", "hex");
  const body = Buffer.concat([
    Buffer.from([1, version >>> 8, version & 0xff, 0, specs.length, 0, 0, 0, 16]),
    specs,
    Buffer.alloc(16, 0xcc),
  ]);
  return Buffer.concat([Buffer.from([0x80, body.length]), body]);
}

t.test("version and cipher specs are read", async (t) => {
  const hello = decodeSslV2Hello(sslV2Hello());
  t.same(hello, { version: 0x0301, cipherSpecs: [0x2f, 0x05, 0x010080], length: sslV2Hello().length });
  t.equal(describeSslV2Hello(hello), "SSLv2 client hello asking for TLS 1.0, cipher specs 0x00002f 0x000005 0x010080");
});

t.test("it is known from its first eleven bytes", async (t) => {
  const hello = sslV2Hello();
  for (let length = 0; length <= hello.length; length++) {
    t.equal(looksLikeSslV2Hello(hello.subarray(0, length)), length < 11 ? "more" : "yes");
  }
});

t.test("lengths that disagree make it none", async (t) => {
  for (const at of [1, 2, 3, 6, 8, 10]) {
    const hello = Uint8Array.from(sslV2Hello());
    hello[at] = (hello[at] ?? 0) ^ 0x21;
    t.equal(looksLikeSslV2Hello(hello), "no", `byte ${at}`);
  }
});

t.test("TLS records follow it on the same side", async (t) => {
  const watched = watch([
    { side: "client", bytes: Buffer.concat([sslV2Hello(), record(0x14, Buffer.from([1]), 0x0301)]) },
    { side: "server", bytes: serverHelloRecord({ legacyVersion: 0x0301, extensions: null }) },
  ]);
  t.match(findingLines(watched)[0], /^metadata client: SSLv2 client hello asking for TLS 1.0/);
  t.equal(ofKind(watched, "record").length, 2);
  t.equal(watched.tally.tls_metadata, watched.pushedBytes);
});
