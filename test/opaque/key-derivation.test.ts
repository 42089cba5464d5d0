// HKDF and HMAC against node:crypto's own HKDF, at lengths of one block and more.
import { hkdfSync } from "node:crypto";
import t from "tap";
import { expand, extract } from "../../src/opaque/key-derivation.js";
import { toHex } from "../helpers/hex.js";

t.test("extract and expand together are HKDF", async (t) => {
  const material = new TextEncoder().encode("key material");
  const info = new TextEncoder().encode("info");
  for (const length of [1, 32, 33, 64, 97, 255]) {
    const ours = expand(extract(material.subarray(0, 5), material.subarray(5)), info, length);
    t.equal(toHex(ours), toHex(new Uint8Array(hkdfSync("sha256", material, new Uint8Array(0), info, length))));
  }
});
