// The oblivious pseudorandom function: RFC 9497, mode 0 (OPRF), suite P256-SHA256, and the keys that RFC 9807 derives by it.
import { p256, p256_hasher } from "@noble/curves/nist.js";
import { ascii, concat, withLength } from "./byte-parts.js";
import { CurveKey, CurvePoint, invertScalar, isScalar } from "./curve.js";
import { expand, hash } from "./key-derivation.js";
import { OpaqueError } from "./opaque-error.js";
import type { Draw } from "./random-draw.js";
import { SIZES } from "./sizes.js";

/** contextString of RFC 9497, section 3.1: the mode is the zero byte. */
const CONTEXT = "OPRFV1-\0-P256-SHA256";
const TO_GROUP = { DST: ascii(`HashToGroup-${CONTEXT}`) };
const TO_KEY = { DST: ascii(`DeriveKeyPair${CONTEXT}`) };

/** The client's half: an input under its blind. */
export interface Blinded {
  /** Secret, 32 bytes. */
  readonly blind: Uint8Array;
  /** For the server, 33 bytes. */
  readonly element: Uint8Array;
}

/** Blind (RFC 9497, section 3.3.1). */
export function blind(input: Uint8Array, draw: Draw): Blinded {
  const scalar = drawScalar(draw);
  const point = p256_hasher.hashToCurve(input, TO_GROUP);
  return { blind: scalar, element: new CurveKey(scalar).multiply(CurvePoint.decode(point.toBytes())) };
}

/** BlindEvaluate: the server's half. 33 bytes. @throws OpaqueError `malformed` when `element` is no point. */
export function blindEvaluate(key: Uint8Array, element: Uint8Array): Uint8Array {
  return new CurveKey(key).multiply(CurvePoint.decode(element));
}

/** Finalize: the function's value, 32 bytes. @throws OpaqueError `malformed` when `evaluated` is no point. */
export function finalize(input: Uint8Array, blind: Uint8Array, evaluated: Uint8Array): Uint8Array {
  const inverse = invertScalar(blind);
  const unblinded = new CurveKey(inverse).multiply(CurvePoint.decode(evaluated));
  inverse.fill(0);
  return hash(withLength(input), withLength(unblinded), ascii("Finalize"));
}

/** The private half of DeriveKeyPair (RFC 9497, section 3.2.1), 32 bytes. */
export function deriveKey(seed: Uint8Array, info: string): Uint8Array {
  for (let counter = 0; counter <= 0xff; counter++) {
    const scalar = p256_hasher.hashToScalar(concat(seed, withLength(ascii(info)), Uint8Array.of(counter)), TO_KEY);
    if (scalar !== 0n) return p256.Point.Fn.toBytes(scalar);
  }
  throw new OpaqueError("malformed", "no key can be derived from this seed");
}

/** The key of one account (RFC 9807, section 5.2.2): the same for the same seed and identifier, also where there is no such account. */
export function deriveOprfKey(oprfSeed: Uint8Array, credentialIdentifier: Uint8Array): Uint8Array {
  return deriveKey(
    expand(oprfSeed, concat(credentialIdentifier, ascii("OprfKey")), SIZES.seed),
    "OPAQUE-DeriveKeyPair",
  );
}

/** The private key of DeriveDiffieHellmanKeyPair (RFC 9807, section 6.4.1.1). */
export function deriveDiffieHellmanKey(seed: Uint8Array): CurveKey {
  const scalar = deriveKey(seed, "OPAQUE-DeriveDiffieHellmanKeyPair");
  const key = new CurveKey(scalar);
  scalar.fill(0);
  return key;
}

/** RandomScalar by rejection (RFC 9497, section 4.7.1). */
function drawScalar(draw: Draw): Uint8Array {
  for (;;) {
    const scalar = draw("blind", SIZES.scalar);
    if (isScalar(scalar)) return scalar;
  }
}
