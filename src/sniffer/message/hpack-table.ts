// The names and values that HPACK refers to by number: 61 that everyone has, then those that the sender had entered,
// the youngest first, within a size that both ends agreed on (RFC 7541, 2.3, 4 and appendix A).

export interface TableEntry {
  readonly name: string;
  readonly value: string;
}

/** What an entry costs beside its name and its value (RFC 7541, 4.1). */
const ENTRY_OVERHEAD_BYTES = 32;

export class HpackTable {
  /** The oldest first, from `#head` on: shifting an array at every eviction would be quadratic. */
  #entries: TableEntry[] = [];
  #head = 0;
  #bytes = 0;
  #maxBytes: number;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** By the number that the wire uses, from 1. */
  entry(index: number): TableEntry | undefined {
    if (index <= STATIC_ENTRIES.length) return STATIC_ENTRIES[index - 1];
    const at = this.#entries.length - (index - STATIC_ENTRIES.length);
    return at < this.#head ? undefined : this.#entries[at];
  }

  /** One that is larger than the table empties it. */
  add(entry: TableEntry): void {
    const bytes = entryBytes(entry);
    this.#evict(this.#maxBytes - bytes);
    if (bytes > this.#maxBytes) return;
    this.#entries.push(entry);
    this.#bytes += bytes;
  }

  resize(maxBytes: number): void {
    this.#maxBytes = maxBytes;
    this.#evict(maxBytes);
  }

  #evict(roomBytes: number): void {
    while (this.#bytes > Math.max(0, roomBytes)) {
      const oldest = this.#entries[this.#head];
      if (oldest === undefined) break;
      this.#bytes -= entryBytes(oldest);
      this.#head += 1;
    }
    if (this.#head < 32 || this.#head * 2 < this.#entries.length) return;
    this.#entries = this.#entries.slice(this.#head);
    this.#head = 0;
  }
}

function entryBytes({ name, value }: TableEntry): number {
  return name.length + value.length + ENTRY_OVERHEAD_BYTES;
}

/** RFC 7541, appendix A. */
// biome-ignore format: one a line
const STATIC_ENTRIES: readonly TableEntry[] = ([
  [":authority", ""],
  [":method", "GET"],
  [":method", "POST"],
  [":path", "/"],
  [":path", "/index.html"],
  [":scheme", "http"],
  [":scheme", "https"],
  [":status", "200"],
  [":status", "204"],
  [":status", "206"],
  [":status", "304"],
  [":status", "400"],
  [":status", "404"],
  [":status", "500"],
  ["accept-charset", ""],
  ["accept-encoding", "gzip, deflate"],
  ["accept-language", ""],
  ["accept-ranges", ""],
  ["accept", ""],
  ["access-control-allow-origin", ""],
  ["age", ""],
  ["allow", ""],
  ["authorization", ""],
  ["cache-control", ""],
  ["content-disposition", ""],
  ["content-encoding", ""],
  ["content-language", ""],
  ["content-length", ""],
  ["content-location", ""],
  ["content-range", ""],
  ["content-type", ""],
  ["cookie", ""],
  ["date", ""],
  ["etag", ""],
  ["expect", ""],
  ["expires", ""],
  ["from", ""],
  ["host", ""],
  ["if-match", ""],
  ["if-modified-since", ""],
  ["if-none-match", ""],
  ["if-range", ""],
  ["if-unmodified-since", ""],
  ["last-modified", ""],
  ["link", ""],
  ["location", ""],
  ["max-forwards", ""],
  ["proxy-authenticate", ""],
  ["proxy-authorization", ""],
  ["range", ""],
  ["referer", ""],
  ["refresh", ""],
  ["retry-after", ""],
  ["server", ""],
  ["set-cookie", ""],
  ["strict-transport-security", ""],
  ["transfer-encoding", ""],
  ["user-agent", ""],
  ["vary", ""],
  ["via", ""],
  ["www-authenticate", ""],
] as const).map(([name, value]) => ({ name, value }));
