// The time of a pcapng packet from its interface's resolution and offset (draft-ietf-opsawg-pcapng, section 4.2).

/** The clock of one interface. */
export interface CaptureClock {
  readonly unitsPerSecond: bigint;
  /** Seconds added to every time of the interface. */
  readonly offsetSeconds: number;
}

export interface PacketTime {
  /** Null when no calendar can show it: see MAX_SECONDS. */
  readonly seconds: number | null;
  readonly nanoseconds: number;
}

/** Microseconds: what holds for an interface that says nothing. */
export const DEFAULT_CLOCK: CaptureClock = { unitsPerSecond: 1_000_000n, offsetSeconds: 0 };

/** What a JavaScript Date can hold; a time beyond comes from damage, and would throw in whoever formats it. */
const MAX_SECONDS = 8_640_000_000_000;

/** With fewer units a second the long division below stays within 2^53. */
const MAX_FAST_UNITS = 2 ** 37;

/** Units per second of an if_tsresol octet: a power of ten, or of two when the highest bit is set. */
export function unitsPerSecond(resolution: number): bigint {
  const exponent = BigInt(resolution & 0x7f);
  return resolution >= 0x80 ? 2n ** exponent : 10n ** exponent;
}

/** The time of a packet from the two halves of its 64-bit count of units. */
export function packetTime(high: number, low: number, clock: CaptureClock): PacketTime {
  const units = Number(clock.unitsPerSecond);
  const time = units <= MAX_FAST_UNITS ? divide(high, low, units) : divideLarge(high, low, clock.unitsPerSecond);
  const seconds = time.seconds + clock.offsetSeconds;
  return Math.abs(seconds) < MAX_SECONDS
    ? { seconds, nanoseconds: time.nanoseconds }
    : { seconds: null, nanoseconds: 0 };
}

/** Long division in 16-bit digits: exact, and cheaper than BigInt, which would be made for every packet. */
function divide(high: number, low: number, units: number): { seconds: number; nanoseconds: number } {
  const upper = (high % units) * 0x10000 + (low >>> 16);
  const lower = (upper % units) * 0x10000 + (low & 0xffff);
  const seconds = Math.floor(high / units) * 2 ** 32 + Math.floor(upper / units) * 0x10000 + Math.floor(lower / units);
  const rest = lower % units;
  // rest * 10^9 may pass 2^53, where a rounded product could show a whole second.
  const nanoseconds =
    units <= 1_000_000 ? Math.floor((rest * 1e9) / units) : Number((BigInt(rest) * 10n ** 9n) / BigInt(units));
  return { seconds, nanoseconds };
}

function divideLarge(high: number, low: number, units: bigint): { seconds: number; nanoseconds: number } {
  const count = (BigInt(high) << 32n) | BigInt(low);
  const rest = count % units;
  return { seconds: Number(count / units), nanoseconds: Number((rest * 1_000_000_000n) / units) };
}
