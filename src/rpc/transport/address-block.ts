// Which addresses count as one: an IPv4 address alone, of IPv6 the network of 64 bits, which one customer has whole.

import { isIPv4, isIPv6 } from "node:net";

const GROUPS = 8;
const NETWORK_GROUPS = 4;
const MAPPED = /^(?:0:){5}ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/;

/** `192.0.2.1`, or `2001:db8:0:1::/64`. What is no address, such as the path of a socket, stays as it is. */
export function addressBlock(address: string): string {
  const [bare = ""] = address.split("%");
  if (!isIPv6(bare)) {
    return isIPv4(bare) ? bare : address;
  }
  const groups = expand(bare);
  const [, high, low] = MAPPED.exec(groups.join(":")) ?? [];
  if (high !== undefined && low !== undefined) {
    return [high, low].flatMap(octets).join(".");
  }
  return `${groups.slice(0, NETWORK_GROUPS).join(":")}::/64`;
}

/** Eight groups without leading zeros. URL gives the canonical form (RFC 5952), dotted ends as hexadecimal. */
function expand(address: string): string[] {
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = "", tail] = canonical.split("::").map((part) => (part === "" ? [] : part.split(":")));
  const after = tail ?? [];
  const missing = GROUPS - head.length - after.length;
  return [...head, ...Array.from({ length: missing }, () => "0"), ...after];
}

function octets(group: string): number[] {
  const value = Number.parseInt(group, 16);
  return [value >> 8, value & 0xff];
}
