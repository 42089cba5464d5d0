// The extension block of both hellos (RFC 8446 section 4.2) and the lists that stand in extensions.
import type { ByteReader } from "../../bytes/byte-reader.js";
import { BytesError } from "../../bytes/bytes-error.js";
import { extensionName } from "./extension-names.js";
import { TlsError } from "./tls-error.js";

/** Type and length of an extension. */
const HEADER_BYTES = 4;

/**
 * Reads the block at the end of a hello: type and length of each extension, whose body it gives to `decode`. A body that is
 * broken inside its own length leaves the others readable, and one that is cut short those before it: what is wrong is told
 * to `blemish`.
 */
export function readExtensions(
  hello: ByteReader,
  decode: (type: number, body: ByteReader) => void,
  blemish: (what: string) => void,
): void {
  if (hello.atEnd()) return;
  if (hello.remaining < 2) {
    hello.skip(hello.remaining);
    blemish("it is cut short before its extensions");
    return;
  }
  const block = upTo(hello, hello.u16(), () => blemish("its extensions reach beyond it"));
  while (!block.atEnd()) {
    if (block.remaining < HEADER_BYTES) {
      blemish("its extensions are cut short");
      return;
    }
    const type = block.u16();
    const body = upTo(block, block.u16(), () => blemish(`extension ${extensionName(type)} reaches beyond the others`));
    try {
      decode(type, body);
    } catch (error) {
      if (!(error instanceof BytesError || error instanceof TlsError)) throw error;
      blemish(`extension ${extensionName(type)} is malformed`);
    }
  }
}

/** The next `length` bytes, or those that are left. */
function upTo(reader: ByteReader, length: number, tellShort: () => void): ByteReader {
  if (length > reader.remaining) tellShort();
  return reader.sub(Math.min(length, reader.remaining));
}

/** 16-bit values behind a 16-bit length in bytes. */
export function readU16List(body: ByteReader): number[] {
  return u16Values(body.sub(body.u16()));
}

/** 16-bit values behind an 8-bit length in bytes. */
export function readShortU16List(body: ByteReader): number[] {
  return u16Values(body.sub(body.u8()));
}

/** All 16-bit values to the reader's end. */
export function u16Values(list: ByteReader): number[] {
  const values: number[] = [];
  while (!list.atEnd()) values.push(list.u16());
  return values;
}

/** Protocol names of ALPN (RFC 7301 section 3.1), copied. */
export function readProtocolNames(body: ByteReader): Uint8Array[] {
  const list = body.sub(body.u16());
  const names: Uint8Array[] = [];
  while (!list.atEnd()) names.push(new Uint8Array(list.bytes(list.u8())));
  return names;
}
