// PHC strings of scrypt: `$scrypt$ln=15,r=8,p=3$SALT$HASH` (github.com/P-H-C/phc-string-format), base64 without padding.

/** scrypt's parameters (RFC 7914, section 2): N = 2^ln, block size r, parallelization p. */
export interface ScryptCost {
  readonly ln: number;
  readonly r: number;
  readonly p: number;
}

export interface PhcHash {
  readonly cost: ScryptCost;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

const FORM = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/;
/** A row that someone slipped into the database must not make us allocate gigabytes or compute for minutes. */
const MAX_MEMORY_BYTES = 256 * 1024 * 1024;
const MAX_WORK = 32;
const MAX_LN = 20;

/** Bytes that one computation needs: 128 * N * r, and a little for each of p. */
export function scryptMemoryBytes({ ln, r, p }: ScryptCost): number {
  return 128 * r * (2 ** ln + p + 2);
}

/** Whether the parameters are lawful and bounded in memory and time. */
export function isBearable(cost: ScryptCost): boolean {
  const { ln, r, p } = cost;
  const areIntegers = [ln, r, p].every(Number.isInteger);
  const inRange = areIntegers && ln >= 1 && ln <= MAX_LN && r >= 1 && p >= 1;
  return inRange && scryptMemoryBytes(cost) <= MAX_MEMORY_BYTES && p <= MAX_WORK;
}

export function encodePhc({ cost, salt, hash }: PhcHash): string {
  return `${phcPrefix(cost)}${base64(salt)}$${base64(hash)}`;
}

/** What all hashes of that cost begin with. */
export function phcPrefix({ ln, r, p }: ScryptCost): string {
  return `$scrypt$ln=${ln},r=${r},p=${p}$`;
}

/** Undefined for anything that is not a bearable scrypt hash in canonical form. */
export function decodePhc(text: string): PhcHash | undefined {
  const [, ln, r, p, salt, hash] = FORM.exec(text) ?? [];
  if (salt === undefined || hash === undefined) {
    return undefined;
  }
  const cost = { ln: Number(ln), r: Number(r), p: Number(p) };
  const decoded = { cost, salt: Buffer.from(salt, "base64"), hash: Buffer.from(hash, "base64") };
  return isBearable(cost) && encodePhc(decoded) === text ? decoded : undefined;
}

function base64(bytes: Buffer): string {
  return bytes.toString("base64").replace(/=+$/, "");
}
