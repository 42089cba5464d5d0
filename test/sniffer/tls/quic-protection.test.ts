import t from "tap";
import { cipherSpec } from "../../../src/sniffer/tls/cipher-spec.js";
import { nextPhaseSecret, openHeader, openPayload, packetKeys } from "../../../src/sniffer/tls/quic-protection.js";
import { quicVersion } from "../../../src/sniffer/tls/quic-version.js";

const hex = (text: string) => Buffer.from(text, "hex");
const SECRET = hex("9ac312a7f877468ebe69422748ad00a15443f18203a07d6060f688f30f21632b");

// RFC 9001 appendix A.5.
t.test("the short packet under ChaCha20-Poly1305 opens", async (t) => {
  const version = quicVersion(1);
  if (version === undefined) throw new Error("version 1 is not known");
  const spec = cipherSpec(0x1303, true);
  const keys = packetKeys(version, spec, SECRET);
  t.same(keys.key, hex("c6d98ff3441c3fe1b2182094f69caa2ed4b716b65488960a7a984979fb23e1c8"));
  t.same(keys.iv, hex("e0459b3474bdd0e44a41c144"));
  t.same(keys.headerKey, hex("25a282b9e82f06f21f488917a4fc8f1b73573685608597d0efcb076b0ab7a7a4"));
  const next = nextPhaseSecret(version, spec, SECRET);
  t.same(next, hex("1223504755036d556342ee9361d253421a826c9ecdf3c7148684b36b714881f9"));
  const packet = { bytes: hex("4cfe4189655e5cd55c41f69080575d7999c25a5bfb"), numberAt: 1 };
  const header = openHeader(packet, keys);
  t.same(header, Uint8Array.from(hex("4200bff4")));
  if (header === undefined) return;
  const number = 654360564;
  t.match(openPayload(packet, header, keys, number - 5), { number, payload: hex("01") });
  t.match(openPayload(packet, header, keys, number + 70), { number });
  t.equal(openPayload(packet, header, keys, 0), undefined, "another number does not verify");
  t.equal(openHeader({ bytes: packet.bytes.subarray(0, 20), numberAt: 1 }, keys), undefined);
});
