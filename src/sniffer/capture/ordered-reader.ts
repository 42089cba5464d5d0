// A ByteReader for formats whose byte order is only known at run time.
import { ByteReader } from "../../bytes/byte-reader.js";

/** Reads numbers in the byte order given; throws BytesError `short` past the end. */
export class OrderedReader extends ByteReader {
  readonly littleEndian: boolean;

  constructor(bytes: Uint8Array, littleEndian: boolean, start = 0, end = bytes.length) {
    super(bytes, start, end);
    this.littleEndian = littleEndian;
  }

  uint16(): number {
    return this.littleEndian ? this.u16le() : this.u16();
  }

  uint32(): number {
    return this.littleEndian ? this.u32le() : this.u32();
  }
}
