import t from "tap";
import { looksLikeTls } from "../../../src/sniffer/tls/first-bytes.js";
import { clientHelloRecord, serverHelloRecord } from "./hello-bytes.js";

const TABLE: readonly (readonly [what: string, hex: string, guess: string])[] = [
  ["nothing yet", "", "more"],
  ["the first byte of a record", "16", "more"],
  ["half a record header", "160301", "more"],
  ["a record header alone", "1603010100", "more"],
  ["a ClientHello", "160301010001", "yes"],
  ["a ServerHello", "16030300ff02", "yes"],
  ["a handshake record cut to one byte", "160301000101", "yes"],
  ["an alert in place of a hello", "1503010002022f", "yes"],
  ["an alert of no known level", "15030100020928", "no"],
  ["another handshake message first", "16030300ff0b", "no"],
  ["an empty handshake record", "160301000001", "no"],
  ["a record over the limit", "160301ffff01", "no"],
  ["a version before SSL 3.0", "160201010001", "no"],
  ["application data", "170303001001", "no"],
  ["HTTP", "474554202f", "no"],
  ["SSH", "5353482d32", "no"],
  ["an SSLv2 hello that wants TLS 1.0", "802e01030100150000", "more"],
  ["our own frame with a one-byte length", "2a080122", "no"],
  ["our own frame with a two-byte length", "b60108012212", "no"],
];

for (const [what, hex, guess] of TABLE) {
  t.test(`${what}: ${guess}`, async (t) => {
    t.equal(looksLikeTls(Buffer.from(hex, "hex")), guess);
  });
}

t.test("a hello is known from its first six bytes on and never doubted before", async (t) => {
  for (const hello of [clientHelloRecord(), serverHelloRecord()]) {
    for (let length = 0; length <= hello.length; length++) {
      t.equal(looksLikeTls(hello.subarray(0, length)), length < 6 ? "more" : "yes");
    }
  }
});
