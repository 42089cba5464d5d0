// Proofs of a channel: each of session key, side and exporter changes them, and nothing else is accepted.
import t from "tap";
import { channelProof } from "../../src/opaque/channel-proof.js";
import { OpaqueServer } from "../../src/opaque/opaque-server.js";
import { toHex } from "../helpers/hex.js";

const sessionKey = new Uint8Array(32).fill(1);
const exporter = new Uint8Array(32).fill(2);
const malformed = { name: "OpaqueError", code: "malformed" };

t.test("both sides compute the same for one session key and one channel", async (t) => {
  const proof = channelProof(sessionKey, "client", exporter);
  t.equal(proof.length, 32);
  t.ok(OpaqueServer.isRight(proof, channelProof(sessionKey.slice(), "client", exporter.slice())));
});

t.test("side, channel, no channel and key all differ", async (t) => {
  const other = new Uint8Array(32).fill(3);
  const proofs = [
    channelProof(sessionKey, "client", exporter),
    channelProof(sessionKey, "server", exporter),
    channelProof(sessionKey, "client", other),
    channelProof(sessionKey, "client", undefined),
    channelProof(sessionKey, "server", undefined),
    channelProof(other, "client", exporter),
  ];
  t.equal(new Set(proofs.map(toHex)).size, proofs.length);
});

t.test("an empty exporter is not taken for no channel", async (t) => {
  for (const length of [0, 31, 33]) {
    t.throws(() => channelProof(sessionKey, "client", new Uint8Array(length)), malformed);
    t.throws(() => channelProof(new Uint8Array(length), "client", exporter), malformed);
  }
});
