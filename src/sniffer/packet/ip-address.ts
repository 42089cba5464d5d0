// Addresses as text: dotted decimal, and RFC 5952 for IPv6.

const MAC_BYTES = 6;

/** The address of 4 or 16 bytes at `at`. */
export function formatAddress(bytes: Uint8Array, at: number, length: number): string {
  return length === 4 ? bytes.subarray(at, at + 4).join(".") : formatIpv6(bytes, at);
}

/** "10.0.0.1:443" or "[fe80::1]:443"; a MAC address, which has no ports, alone: "02:00:00:00:00:01". */
export function formatEndpoint(bytes: Uint8Array, at: number, length: number, port: number): string {
  if (length === MAC_BYTES) return formatMac(bytes.subarray(at, at + MAC_BYTES));
  const address = formatAddress(bytes, at, length);
  return length === 4 ? `${address}:${port}` : `[${address}]:${port}`;
}

function formatMac(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(":");
}

function formatIpv6(bytes: Uint8Array, at: number): string {
  const groups = Array.from(
    { length: 8 },
    (_, index) => ((bytes[at + 2 * index] ?? 0) << 8) | (bytes[at + 2 * index + 1] ?? 0),
  );
  const { start, length } = longestZeroRun(groups);
  const text = (from: number, to: number) =>
    groups
      .slice(from, to)
      .map((group) => group.toString(16))
      .join(":");
  return length < 2 ? text(0, 8) : `${text(0, start)}::${text(start + length, 8)}`;
}

/** The first of the longest runs of zero groups is the one to shorten (RFC 5952, section 4.2). */
function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (groups[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  return best;
}
