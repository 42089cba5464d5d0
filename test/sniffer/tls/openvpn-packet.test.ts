import t from "tap";
import { beginsOpenvpn, decodeOpenvpnPacket, openvpnHmacBytes } from "../../../src/sniffer/tls/openvpn-packet.js";

/** The client's first packet: opcode and key, session id, HMAC with number and time, no acknowledgements, number 0. */
function reset(hmacBytes: number): Uint8Array {
  const replay = hmacBytes === 0 ? 0 : hmacBytes + 8;
  return Buffer.concat([Buffer.from([0x38]), Buffer.alloc(8 + replay, 0xab), Buffer.alloc(5)]);
}

t.test("the first packet tells how long HMACs are", async (t) => {
  for (const hmacBytes of [0, 16, 20, 32, 48, 64]) t.equal(openvpnHmacBytes(reset(hmacBytes)), hmacBytes);
  t.equal(openvpnHmacBytes(reset(21)), undefined);
  t.equal(openvpnHmacBytes(reset(20).fill(0xab, 37)), undefined, "--tls-crypt");
  t.equal(openvpnHmacBytes(reset(20).fill(0x40, 0, 1)), undefined);
  t.equal(openvpnHmacBytes(new Uint8Array(0)), undefined);
});

t.test("a stream is told by it once it is whole, and refused as soon as it cannot be", async (t) => {
  const packet = reset(20);
  const stream = Buffer.concat([Buffer.from([0, packet.length]), packet, Buffer.from("more")]);
  for (let length = 0; length <= stream.length; length++) {
    const expected = length < 2 + packet.length ? "maybe" : "yes";
    t.equal(beginsOpenvpn(stream.subarray(0, length)), length === 0 ? "no" : expected);
  }
  t.equal(beginsOpenvpn(Buffer.from([1])), "no");
  t.equal(beginsOpenvpn(Buffer.from([0, 43])), "no");
  t.equal(beginsOpenvpn(Buffer.from([0, 42, 0x40])), "no");
});

t.test("what is no packet of the first keys is undefined", async (t) => {
  const control = Buffer.concat([
    Buffer.from([0x20]),
    Buffer.alloc(8),
    Buffer.from([0, 0, 0, 0, 7]),
    Buffer.from("tls"),
  ]);
  t.match(decodeOpenvpnPacket(control, 0), { number: 7, payload: Buffer.from("tls") });
  for (const first of [0x21, 0x18, 0x08, 0x50]) {
    t.equal(decodeOpenvpnPacket(Buffer.concat([Buffer.from([first]), control.subarray(1)]), 0), undefined);
  }
  t.equal(decodeOpenvpnPacket(control.subarray(0, 12), 0), undefined);
  t.equal(decodeOpenvpnPacket(new Uint8Array(0), 0), undefined);
  t.equal(decodeOpenvpnPacket(Buffer.from([0x30, 1, 2]), 0), "data");
  t.equal(decodeOpenvpnPacket(Buffer.from([0x48]), 0), "data");
});
