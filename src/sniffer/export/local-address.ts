// Whether an address belongs to no network of the whole world, as Zeek takes those for local by default
// (Site::private_address_space: RFC 1918, RFC 6598, loopback, link-local, RFC 4193 …).
import { BlockList, isIPv6 } from "node:net";

const LOCAL = new BlockList();
for (const [network, prefix] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["239.0.0.0", 8],
  ["240.0.0.0", 4],
  ["255.255.255.255", 32],
] as const) {
  LOCAL.addSubnet(network, prefix, "ipv4");
}
for (const [network, prefix] of [
  ["::", 128],
  ["::1", 128],
  ["100::", 64],
  ["2001:2::", 48],
  ["2001:db8::", 32],
  ["fc00::", 7],
  ["fe80::", 10],
] as const) {
  LOCAL.addSubnet(network, prefix, "ipv6");
}

export function isLocalAddress(address: string): boolean {
  return LOCAL.check(address, isIPv6(address) ? "ipv6" : "ipv4");
}
