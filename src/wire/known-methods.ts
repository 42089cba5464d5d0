// Method paths beside their bytes: the same few come in call after call, and to convert each takes longer than the rest of it.

/** No program has so many methods; what makes names up must not fill memory. */
const MAX_ENCODED = 256;
/** A power of two. Two methods that share a place only take turns in it. */
const PLACES = 32;

const encoded = new Map<string, Uint8Array>();

interface Decoded {
  readonly bytes: Uint8Array;
  readonly text: string;
}

const decoded: (Decoded | undefined)[] = new Array(PLACES).fill(undefined);

/** A method path in UTF-8. It is shared: do not write to it. */
export function methodBytes(method: string): Uint8Array {
  return encoded.get(method) ?? encode(method);
}

/** The text that {@link keepMethod} was given with the same bytes, unless another has taken its place. */
export function knownMethod(bytes: Uint8Array, start: number, end: number): string | undefined {
  const known = decoded[placeOf(bytes, start, end)];
  return known !== undefined && isAt(known.bytes, bytes, start, end) ? known.text : undefined;
}

/** `text` is what these bytes say. */
export function keepMethod(bytes: Uint8Array, start: number, end: number, text: string): void {
  decoded[placeOf(bytes, start, end)] = { bytes: Uint8Array.prototype.slice.call(bytes, start, end), text };
}

function encode(method: string): Uint8Array {
  if (encoded.size === MAX_ENCODED) {
    encoded.clear();
  }
  const bytes = Uint8Array.from(Buffer.from(method)); // Not a piece of the pool, which it would keep alive.
  encoded.set(method, bytes);
  return bytes;
}

/** Methods of one service differ at their ends. */
function placeOf(bytes: Uint8Array, start: number, end: number): number {
  const last = end > start ? (bytes[end - 1] ?? 0) : 0;
  return (end - start + 5 * last) & (PLACES - 1);
}

/** One by one: quicker than a call out of JavaScript for so few. */
function isAt(wanted: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  const { length } = wanted;
  if (end - start !== length) {
    return false;
  }
  for (let index = 0; index < length; index += 1) {
    if (wanted[index] !== bytes[start + index]) {
      return false;
    }
  }
  return true;
}
