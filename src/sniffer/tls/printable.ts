// How a peer's bytes are shown: printable ASCII as it is, everything else (and the backslash) as \xNN, so that nothing
// a peer sends can move a cursor, start a colour or pass for something else.

const PRINTABLE_FIRST = 0x20;
const PRINTABLE_LAST = 0x7e;
const BACKSLASH = 0x5c;

export function printable(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) {
    const plain = byte >= PRINTABLE_FIRST && byte <= PRINTABLE_LAST && byte !== BACKSLASH;
    text += plain ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, "0")}`;
  }
  return text;
}

/** The same for text that came out of a decoder: control characters, line separators and bidi marks are escaped. */
export function printableText(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

const hexTexts: string[] = [];

/** "0x1301": how the contract writes 16-bit wire numbers. Every record has one, so they are made once. */
export function hex16(value: number): string {
  hexTexts[value] ??= `0x${value.toString(16).padStart(4, "0")}`;
  return hexTexts[value];
}

/** "1 record", "2 records". */
export function counted(count: number, noun: string): string {
  return count === 1 ? `1 ${noun}` : `${count} ${noun}s`;
}
