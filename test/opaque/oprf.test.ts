// The OPRF against the vectors of RFC 9497 and against @noble/curves' own.
import { p256_oprf } from "@noble/curves/nist.js";
import t from "tap";
import { blind, blindEvaluate, deriveKey, deriveOprfKey, finalize } from "../../src/opaque/oprf.js";
import { drawSecurely } from "../../src/opaque/random-draw.js";
import { OPRF_KEY, OPRF_VECTORS } from "../fixtures/opaque/rfc9497-vectors.js";
import { SHARED } from "../fixtures/opaque/rfc9807-vectors.js";
import { fromHex, toHex } from "../helpers/hex.js";

t.test("vectors of RFC 9497, P256-SHA256, mode 0", async (t) => {
  const key = deriveKey(fromHex(OPRF_KEY.seed), OPRF_KEY.keyInfo);
  t.equal(toHex(key), OPRF_KEY.privateKey);
  for (const vector of OPRF_VECTORS) {
    const input = fromHex(vector.input);
    const blinded = blind(input, () => fromHex(vector.blind));
    t.equal(toHex(blinded.element), vector.blindedElement);
    const evaluated = blindEvaluate(key, blinded.element);
    t.equal(toHex(evaluated), vector.evaluationElement);
    t.equal(toHex(finalize(input, blinded.blind, evaluated)), vector.output);
  }
});

t.test("the same outputs as @noble/curves, whatever the blind", async (t) => {
  const key = deriveKey(fromHex(OPRF_KEY.seed), "other");
  const input = fromHex(SHARED.password);
  const blinded = blind(input, drawSecurely);
  t.equal(toHex(blindEvaluate(key, blinded.element)), toHex(p256_oprf.oprf.blindEvaluate(key, blinded.element)));
  const output = finalize(input, blinded.blind, blindEvaluate(key, blinded.element));
  const theirs = p256_oprf.oprf.blind(input);
  const evaluated = p256_oprf.oprf.blindEvaluate(key, theirs.blinded);
  t.equal(toHex(output), toHex(p256_oprf.oprf.finalize(input, theirs.blind, evaluated)));
});

t.test("a drawn blind that is no scalar is drawn again", async (t) => {
  const draws = ["00".repeat(32), "ff".repeat(32), SHARED.blindLogin];
  const blinded = blind(fromHex(SHARED.password), () => fromHex(draws.shift() ?? ""));
  t.equal(toHex(blinded.blind), SHARED.blindLogin);
  t.equal(draws.length, 0);
});

t.test("an account's key follows from the seed and its identifier", async (t) => {
  t.equal(toHex(deriveOprfKey(fromHex(SHARED.oprfSeed), fromHex(SHARED.credentialIdentifier))), SHARED.oprfKey);
});
