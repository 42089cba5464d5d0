// Products of points by node:crypto and the addition law, against @noble/curves, at the ends of the range and anywhere.
import { p256 } from "@noble/curves/nist.js";
import t from "tap";
import { CurveKey, CurvePoint, invertScalar, isScalar } from "../../src/opaque/curve.js";
import { OpaqueError } from "../../src/opaque/opaque-error.js";
import { fromHex, toHex } from "../helpers/hex.js";
import { chooseSeed, RandomSource } from "../helpers/random-source.js";

const { Fn, BASE } = p256.Point;
const order = Fn.ORDER;
const random = new RandomSource(chooseSeed());
const malformed = { name: "OpaqueError", code: "malformed" };

t.before(() => t.comment(`EARSHOT_SEED=${random.seed}`));

t.test("products are those of @noble/curves", async (t) => {
  const ends = [1n, 2n, 3n, order - 1n, order - 2n, order - 3n, 1n << 64n, (1n << 128n) + 1n];
  const anywhere = Array.from({ length: 20 }, () => Fn.fromBytes(scalarAnywhere()));
  for (const scalar of [...ends, ...anywhere]) {
    const base = BASE.multiply(Fn.fromBytes(scalarAnywhere()));
    for (const point of [base, base.negate()]) {
      const product = new CurveKey(Fn.toBytes(scalar)).multiply(CurvePoint.decode(point.toBytes()));
      t.equal(toHex(product), toHex(point.multiply(scalar).toBytes()), `${scalar}`);
    }
  }
});

t.test("public keys are those of @noble/curves", async (t) => {
  const scalar = scalarAnywhere();
  t.equal(toHex(new CurveKey(scalar).publicKey), toHex(p256.getPublicKey(scalar)));
});

t.test("1 / k undoes k", async (t) => {
  const scalar = scalarAnywhere();
  const point = CurvePoint.decode(p256.getPublicKey(scalarAnywhere()));
  const product = CurvePoint.decode(new CurveKey(scalar).multiply(point));
  t.equal(toHex(new CurveKey(invertScalar(scalar)).multiply(product)), toHex(point.bytes));
});

t.test("scalars out of range are refused, and left as they are", async (t) => {
  for (const bytes of [Fn.toBytes(0n), numberBytes(order), numberBytes(order + 1n), fromHex("ff".repeat(32))]) {
    t.notOk(isScalar(bytes));
    t.throws(() => new CurveKey(bytes), malformed);
  }
  for (const length of [0, 31, 33]) t.throws(() => new CurveKey(new Uint8Array(length).fill(1)), malformed);
  const buffer = Buffer.from(scalarAnywhere());
  const before = buffer.toString("hex");
  new CurveKey(buffer);
  t.equal(buffer.toString("hex"), before, "a Buffer's slice is a view, which must not be written to");
});

t.test("what is no point is refused", async (t) => {
  const good = p256.getPublicKey(scalarAnywhere());
  const refused = [
    new Uint8Array(0),
    Uint8Array.of(0),
    new Uint8Array(33),
    fromHex(`02${"ff".repeat(32)}`),
    // The field's modulus, which is no field element.
    Uint8Array.of(2, ...numberBytes(p256.Point.Fp.ORDER)),
    good.subarray(0, 32),
    Uint8Array.of(...good, 0),
    BASE.toBytes(false),
    ...[0x00, 0x01, 0x04, 0x05, 0x06, 0x07, 0xff].map((form) => Uint8Array.of(form, ...good.subarray(1))),
  ];
  for (const bytes of refused) t.throws(() => CurvePoint.decode(bytes), malformed, toHex(bytes));
});

t.test("random bytes are a point or malformed, as @noble/curves finds", async (t) => {
  for (let round = 0; round < 200; round++) {
    const bytes = Uint8Array.of(2 + random.below(2), ...random.bytes(32));
    t.equal(
      decodes(() => CurvePoint.decode(bytes)),
      decodes(() => p256.Point.fromBytes(bytes)),
      toHex(bytes),
    );
  }
});

function decodes(decode: () => unknown): boolean {
  try {
    decode();
    return true;
  } catch (error) {
    if (error instanceof OpaqueError && error.code !== "malformed") throw error;
    return false;
  }
}

function scalarAnywhere(): Uint8Array {
  const bytes = random.bytes(32);
  return isScalar(bytes) ? bytes : scalarAnywhere();
}

function numberBytes(number: bigint): Uint8Array {
  return fromHex(number.toString(16).padStart(64, "0"));
}
