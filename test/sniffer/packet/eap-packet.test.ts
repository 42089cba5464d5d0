import t from "tap";
import { decodeEapTls } from "../../../src/sniffer/packet/eap-packet.js";
import { be16, be32, join } from "./packet-bytes.js";

const REQUEST = 1;
const RESPONSE = 2;
const eapol = (type: number, ...body: Parameters<typeof join>) => join([2, type], be16(join(...body).length), ...body);
const eap = (code: number, identifier: number, ...body: Parameters<typeof join>) =>
  eapol(0, [code, identifier], be16(4 + join(...body).length), ...body);

t.test("fragments of TLS are found in each method that has it", async (t) => {
  for (const method of [13, 21, 25, 43]) {
    t.match(decodeEapTls(join(eap(REQUEST, 5, [method, 0xc0], be32(3000), "hello"), [0, 0])), {
      isResponse: false,
      identifier: 5,
      starts: false,
      hasMore: true,
      fragment: Buffer.from("hello"),
    });
    t.match(decodeEapTls(eap(RESPONSE, 6, [method, 0x01], "hello")), {
      isResponse: true,
      hasMore: false,
      fragment: Buffer.from("hello"),
    });
  }
  t.match(decodeEapTls(eap(REQUEST, 7, [43, 0x21], "who I am")), { starts: true, fragment: new Uint8Array(0) });
  t.match(decodeEapTls(eap(RESPONSE, 8, [13, 0])), { starts: false, fragment: new Uint8Array(0) });
});

t.test("all else has none", async (t) => {
  t.equal(decodeEapTls(eap(REQUEST, 1, [1], "identity")), undefined);
  t.equal(decodeEapTls(eap(3, 1)), undefined, "success");
  t.equal(decodeEapTls(eap(5, 1, [13, 0], "hello")), undefined, "no such code");
  t.equal(decodeEapTls(eapol(3, "a key")), undefined);
  t.equal(decodeEapTls(eapol(1)), undefined, "start");
});

t.test("cut anywhere it is nothing, or what was there; flipped anywhere nothing is thrown", async (t) => {
  const whole = eap(REQUEST, 5, [13, 0xc0], be32(3000), "hello");
  for (let at = 0; at < whole.length; at++) {
    t.equal(decodeEapTls(whole.subarray(0, at)), undefined);
    const flipped = Uint8Array.from(whole);
    flipped[at] = (flipped[at] ?? 0) ^ 0xff;
    decodeEapTls(flipped);
  }
});
