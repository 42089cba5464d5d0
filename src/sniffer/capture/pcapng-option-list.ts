// Options of a pcapng block as they are written (draft-ietf-opsawg-pcapng, section 3.5), little-endian.

const MAX_OPTION_BYTES = 0xffff;
const END_OF_OPTIONS_BYTES = 4;

export interface Option {
  readonly code: number;
  readonly value: Uint8Array;
}

/** A text beyond 65,535 bytes is cut between two characters. */
export function textOption(code: number, text: string | undefined): Option | undefined {
  if (text === undefined) return undefined;
  const room = new Uint8Array(Math.min(MAX_OPTION_BYTES, text.length * 3));
  const { written } = new TextEncoder().encodeInto(text, room);
  return { code, value: room.subarray(0, written) };
}

/** These options, those that are undefined left out, and the end of options; nothing where there are none. */
export function encodeOptions(options: readonly (Option | undefined)[]): Uint8Array {
  const given = options.filter((option) => option !== undefined);
  if (given.length === 0) return new Uint8Array(0);
  const lengths = given.map(({ value }) => 4 + padded(value.length));
  const bytes = new Uint8Array(lengths.reduce((sum, length) => sum + length, END_OF_OPTIONS_BYTES));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const { code, value } of given) {
    view.setUint16(at, code, true);
    view.setUint16(at + 2, value.length, true);
    bytes.set(value, at + 4);
    at += 4 + padded(value.length);
  }
  return bytes;
}

function padded(length: number): number {
  return (length + 3) & ~3;
}
