// The options of a pcapng interface that change what its packets mean (draft-ietf-opsawg-pcapng, sections 3.5 and 4.2).
import { ByteReader } from "../../bytes/byte-reader.js";
import type { OrderedReader } from "./ordered-reader.js";
import { type CaptureClock, DEFAULT_CLOCK, unitsPerSecond } from "./pcapng-timestamp.js";

const END_OF_OPTIONS = 0;
const IF_TSRESOL = 9;
const IF_TSOFFSET = 14;

/** Reads the options to the end of the block; throws BytesError `short` when one reaches past it. */
export function decodeInterfaceClock(reader: OrderedReader): CaptureClock {
  let clock = DEFAULT_CLOCK;
  while (!reader.atEnd()) {
    const code = reader.uint16();
    const length = reader.uint16();
    if (code === END_OF_OPTIONS) {
      break;
    }
    const value = reader.bytes(length);
    reader.skip(-length & 3);
    if (code === IF_TSRESOL) {
      clock = { ...clock, unitsPerSecond: unitsPerSecond(new ByteReader(value).u8()) };
    } else if (code === IF_TSOFFSET) {
      clock = { ...clock, offsetSeconds: signed64(new ByteReader(value), reader.littleEndian) };
    }
  }
  return clock;
}

function signed64(reader: ByteReader, littleEndian: boolean): number {
  const first = littleEndian ? reader.u32le() : reader.u32();
  const second = littleEndian ? reader.u32le() : reader.u32();
  const high = littleEndian ? second : first;
  const low = littleEndian ? first : second;
  return (high | 0) * 2 ** 32 + low;
}
