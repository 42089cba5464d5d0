import t from "tap";
import { formatAddress, formatEndpoint } from "../../../src/sniffer/packet/ip-address.js";

/** Eight groups as sixteen bytes. */
const ipv6 = (...groups: number[]) => Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));

t.test("IPv6 addresses are written as RFC 5952 says", async (t) => {
  const texts: [Uint8Array, string][] = [
    [ipv6(0, 0, 0, 0, 0, 0, 0, 0), "::"],
    [ipv6(0, 0, 0, 0, 0, 0, 0, 1), "::1"],
    [ipv6(0xfe80, 0, 0, 0, 0, 0, 0, 0), "fe80::"],
    [ipv6(0x2001, 0xdb8, 0, 0, 1, 0, 0, 1), "2001:db8::1:0:0:1"],
    [ipv6(0x2001, 0xdb8, 0, 1, 0, 0, 0, 1), "2001:db8:0:1::1"],
    [ipv6(0x2001, 0xdb8, 0, 1, 1, 1, 1, 1), "2001:db8:0:1:1:1:1:1"],
    [ipv6(0x2001, 0xdb8, 1, 0x00ff, 0x0abc, 0xabcd, 2, 3), "2001:db8:1:ff:abc:abcd:2:3"],
  ];
  for (const [bytes, text] of texts) t.equal(formatAddress(bytes, 0, 16), text);
});

t.test("an endpoint can be told from its port", async (t) => {
  t.equal(formatEndpoint(Uint8Array.of(9, 10, 0, 0, 1), 1, 4, 443), "10.0.0.1:443");
  t.equal(formatEndpoint(ipv6(0, 0, 0, 0, 0, 0, 0, 1), 0, 16, 443), "[::1]:443");
  t.equal(formatEndpoint(Uint8Array.of(0, 2, 10, 0, 0xff, 1, 9), 1, 6, 0), "02:0a:00:ff:01:09");
});
