// Points of P-256 and their multiplication by OpenSSL's constant-time code, which is some twenty times as fast as JavaScript.
//
// node:crypto gives only the x of a product, and OPAQUE hashes whole points, so a second product gives the y. With
// Q = kP and R = (k - 1)P = Q - P, the addition law says (Brier and Joye, PKC 2002, proposition 3):
//   -2 y(P) y(Q) = 2b + (a + x(P) x(Q)) (x(P) + x(Q)) - x(R) (x(P) - x(Q))^2
// Only this runs on BigInt, whose time may depend on the values: a handful of operations, where @noble/curves has thousands on
// k itself. Nothing here branches on k but for k = 1.
import { createECDH, ECDH } from "node:crypto";
import { p256 } from "@noble/curves/nist.js";
import { copy, plain } from "./byte-parts.js";
import { OpaqueError } from "./opaque-error.js";
import { SIZES } from "./sizes.js";

const CURVE = "prime256v1";
const { Fp, Fn } = p256.Point;
const { a, b } = p256.Point.CURVE();

/** A point of the curve other than the identity. */
export class CurvePoint {
  /** Compressed, 33 bytes. */
  readonly bytes: Uint8Array;
  /** 65 bytes: node:crypto need not take the root again for each product. */
  readonly uncompressed: Uint8Array;
  readonly #x: bigint;
  /** 1 / (-2y). */
  readonly #slope: bigint;

  private constructor(bytes: Uint8Array, uncompressed: Uint8Array) {
    this.bytes = bytes;
    this.uncompressed = uncompressed;
    this.#x = Fp.fromBytes(uncompressed.subarray(1, 1 + SIZES.scalar));
    const y = Fp.fromBytes(uncompressed.subarray(1 + SIZES.scalar));
    this.#slope = Fp.inv(Fp.neg(Fp.add(y, y)));
  }

  /** @throws OpaqueError `malformed` unless `bytes` are 33 bytes that name a point of the curve in compressed form. */
  static decode(bytes: Uint8Array): CurvePoint {
    // 33 bytes cannot be the identity element, whose only form is one zero byte.
    if (bytes.length !== SIZES.point) throw new OpaqueError("malformed", `a point has ${SIZES.point} bytes`);
    try {
      const uncompressed = ECDH.convertKey(bytes, CURVE, undefined, undefined, "uncompressed");
      return new CurvePoint(copy(bytes), plain(uncompressed as Buffer));
    } catch {
      throw new OpaqueError("malformed", "not a point of the curve P-256");
    }
  }

  /** The compressed form of Q = kP, given the x of Q and of Q - P. */
  solve(productX: Uint8Array, previousX: Uint8Array): Uint8Array {
    const [x, qx, rx] = [this.#x, Fp.fromBytes(productX), Fp.fromBytes(previousX)];
    const difference = Fp.sub(x, qx);
    const sum = Fp.mul(Fp.add(a, Fp.mul(x, qx)), Fp.add(x, qx));
    const right = Fp.sub(Fp.add(Fp.add(b, b), sum), Fp.mul(rx, Fp.mul(difference, difference)));
    const isOdd = Number(Fp.mul(right, this.#slope) & 1n);
    const compressed = new Uint8Array(SIZES.point);
    compressed[0] = 0x02 | isOdd;
    compressed.set(productX, 1);
    return compressed;
  }
}

/** A secret number from 1 to the order of the curve less 1, ready to multiply points. */
export class CurveKey {
  readonly #key = createECDH(CURVE);
  /** For k - 1; undefined when that is 0. */
  readonly #previous: ECDH | undefined;

  /** @throws OpaqueError `malformed` when `scalar` is not 32 bytes of a number in that range. */
  constructor(scalar: Uint8Array) {
    if (!isScalar(scalar)) throw new OpaqueError("malformed", "not a private key of the curve P-256");
    this.#key.setPrivateKey(scalar);
    const previous = lessOne(scalar);
    if (previous.some((byte) => byte !== 0)) {
      this.#previous = createECDH(CURVE);
      this.#previous.setPrivateKey(previous);
    }
    previous.fill(0);
  }

  /** k times the generator, compressed, 33 bytes. */
  get publicKey(): Uint8Array {
    return plain(this.#key.getPublicKey(null, "compressed"));
  }

  /** k times `point`, compressed, 33 bytes. */
  multiply(point: CurvePoint): Uint8Array {
    if (this.#previous === undefined) return copy(point.bytes);
    return point.solve(this.#key.computeSecret(point.uncompressed), this.#previous.computeSecret(point.uncompressed));
  }
}

export function isScalar(bytes: Uint8Array): boolean {
  return bytes.length === SIZES.scalar && p256.utils.isValidSecretKey(bytes);
}

/** 1 / k modulo the order of the curve. */
export function invertScalar(scalar: Uint8Array): Uint8Array {
  return Fn.toBytes(Fn.inv(Fn.fromBytes(scalar)));
}

function lessOne(scalar: Uint8Array): Uint8Array {
  const result = copy(scalar);
  let borrow = 1;
  for (let index = result.length - 1; index >= 0; index--) {
    const difference = (result[index] ?? 0) - borrow;
    result[index] = difference & 0xff;
    borrow = (difference >> 8) & 1;
  }
  return result;
}
