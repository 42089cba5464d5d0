// The key stretching function: the same bytes natively and in JavaScript, and the parameters of RFC 9807, section 7.
import { scrypt } from "@noble/hashes/scrypt.js";
import t from "tap";
import { preferring, scryptStretch, stretchInScript, stretchNatively } from "../../src/opaque/scrypt-stretch.js";
import { toHex } from "../helpers/hex.js";

const input = new TextEncoder().encode("thirty-two bytes of OPRF output.");

t.test("native and script agree, with a third implementation too", async (t) => {
  const expected = toHex(scrypt(input, new Uint8Array(16), { N: 32_768, r: 8, p: 1, dkLen: 32 }));
  t.equal(toHex(await stretchNatively(input)), expected);
  t.equal(toHex(await stretchInScript(input)), expected);
  t.equal(toHex(await scryptStretch(input)), expected);
});

t.test("where the native one fails, the script stretches", async (t) => {
  const stretch = preferring(
    async () => {
      throw new Error("not supported");
    },
    async () => Uint8Array.of(1),
  );
  t.same(await stretch(input), Uint8Array.of(1));
});
