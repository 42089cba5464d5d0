import t from "tap";
import { accounted, be16, be32, decode, ETHERNET, ethernet, ipv4, ipv6, join, tcp, text } from "./packet-bytes.js";

const hello = ipv4({}, tcp({}, "hello"));
const hello6 = ipv6(6, tcp({}, "hello"));
const SLL = [0, 0, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0];
const SLL2 = [0, 0, ...be32(1), 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0];

const carriers: [string, number, Uint8Array, number][] = [
  ["ethernet", ETHERNET, ethernet(0x0800, hello), 14],
  ["ethernet with IPv6", ETHERNET, ethernet(0x86dd, hello6), 14],
  ["a VLAN tag", ETHERNET, ethernet(0x8100, be16(5, 0x0800), hello), 18],
  ["two VLAN tags (802.1ad)", ETHERNET, ethernet(0x88a8, be16(5, 0x8100, 6, 0x0800), hello), 22],
  ["QinQ with the old type", ETHERNET, ethernet(0x9100, be16(5, 0x8100, 6, 0x86dd), hello6), 22],
  ["FabricPath", ETHERNET, ethernet(0x8903, [0, 0x60], ethernet(0x8100, be16(5, 0x0800), hello)), 34],
  ["PPPoE", ETHERNET, ethernet(0x8864, [0x11, 0], be16(1, hello.length + 2, 0x0021), hello), 22],
  ["PPPoE with IPv6", ETHERNET, ethernet(0x8864, [0x11, 0], be16(1, hello6.length + 2, 0x0057), hello6), 22],
  ["MPLS, two labels", ETHERNET, ethernet(0x8847, be32(0x00010040, 0x00020140), hello), 22],
  ["MPLS with IPv6", ETHERNET, ethernet(0x8847, be32(0x00010140), hello6), 18],
  ["SNAP in LLC", ETHERNET, ethernet(8 + hello.length, [0xaa, 0xaa, 3, 0, 0, 0], be16(0x0800), hello), 22],
  ["PPP", 9, join([0xff, 0x03], be16(0x0021), hello), 4],
  ["PPP without address and control", 9, join(be16(0x0021), hello), 2],
  ["PPP with a short protocol field", 9, join([0x21], hello), 1],
  ["PPP in HDLC framing", 50, join([0xff, 0x03], be16(0x0057), hello6), 4],
  ["BSD loopback, little-endian", 0, join([2, 0, 0, 0], hello), 4],
  ["BSD loopback, big-endian", 0, join([0, 0, 0, 2], hello), 4],
  ["BSD loopback with IPv6 of macOS", 0, join([30, 0, 0, 0], hello6), 4],
  ["BSD loopback with IPv6 of FreeBSD", 0, join([0, 0, 0, 28], hello6), 4],
  ["OpenBSD loop", 108, join([0, 0, 0, 24], hello6), 4],
  ["raw IP", 101, hello, 0],
  ["raw IP, older number", 12, hello6, 0],
  ["raw IP, oldest number", 14, hello, 0],
  ["IPv4 alone", 228, hello, 0],
  ["IPv6 alone", 229, hello6, 0],
  ["Linux cooked", 113, join(SLL, be16(0x0800), hello), 16],
  ["Linux cooked with a VLAN tag", 113, join(SLL, be16(0x8100, 9, 0x86dd), hello6), 20],
  ["frame relay", 107, join([0x18, 0x41, 3, 0xcc], hello), 4],
  ["frame relay with IPv6", 107, join([0x18, 0x41, 3, 0x8e], hello6), 4],
  ["frame relay with an address of four bytes", 107, join([0x18, 0x40, 0, 1, 3, 0xcc], hello), 6],
  ["frame relay with SNAP", 107, join([0x18, 0x41, 3, 0, 0x80, 0, 0, 0], be16(0x0800), hello), 10],
  ["frame relay with Ethernet", 107, join([0x18, 0x41, 3, 0, 0x80, 0, 0x80, 0xc2, 0, 7], ethernet(0x0800, hello)), 24],
  ["frame relay of Cisco", 107, join([0x48, 0xe1], be16(0x86dd), hello6), 4],
  ["IP over InfiniBand", 242, join(new Uint8Array(40), be16(0x0800, 0), hello), 44],
  ["Linux cooked 2", 276, join(be16(0x86dd), SLL2.slice(0, 18), hello6), 20],
];

t.test("the segment is found behind every link header", async (t) => {
  for (const [name, linkType, bytes, linkBytes] of carriers) {
    const packet = decode(linkType, bytes);
    t.equal(text(packet), "hello", name);
    const ipBytes = packet.addressBytes === 4 ? 20 : 40;
    const expected = { headers: linkBytes + ipBytes + 20, padding: 0, payload: 5, not_understood: 0 };
    t.same(accounted(packet), expected, name);
    t.equal(packet.damage, undefined, name);
  }
});

t.test("a header cut short is damage, and one cut off by the snapshot length is not", async (t) => {
  for (const [name, linkType, bytes, linkBytes] of carriers) {
    for (let length = 0; length < linkBytes + 20; length++) {
      const cut = bytes.slice(0, length);
      const damaged = decode(linkType, cut);
      t.equal(damaged.transport, 0);
      t.ok(damaged.damage !== undefined || damaged.skipped === "llc", `${name} of ${length} bytes`);
      const snapped = decode(linkType, cut, bytes.length);
      t.equal(snapped.damage, undefined, `${name}, ${length} bytes of ${bytes.length}`);
      t.match(snapped.skipped, /not captured|^llc$/);
      t.equal(accounted(snapped).headers + accounted(snapped).not_understood, length);
      t.equal(damaged.truncatedBytes, 0);
      t.equal(snapped.truncatedBytes, snapped.skipped === "llc" ? 0 : snapped.notUnderstoodBytes);
    }
  }
});

t.test("what holds no IP packet is named", async (t) => {
  const named: [number, Uint8Array, string][] = [
    [ETHERNET, ethernet(0x0806, new Uint8Array(28)), "arp"],
    [ETHERNET, ethernet(0x88cc, [0, 0]), "lldp"],
    [ETHERNET, ethernet(0x1234, [1, 2]), "ethertype 0x1234"],
    [ETHERNET, ethernet(3, [0x42, 0x42, 3]), "llc"],
    [9, join([0xff, 0x03], be16(0xc021)), "ppp protocol 0xc021"],
    [0, join([7, 0, 0, 0], "x"), "address family 7"],
    [101, join([0x50, 0]), "ip version 5"],
    [113, join([0, 0, 0x03, 0x38], SLL.slice(4), be16(0), "x"), "netlink"],
    [147, join("anything"), "link type 147 (user0)"],
    [60000, join("anything"), "link type 60000 (linktype_60000)"],
  ];
  for (const [linkType, bytes, name] of named) {
    const packet = decode(linkType, bytes);
    t.equal(packet.skipped, name);
    t.equal(packet.transport, 0);
    t.equal(packet.damage, undefined, name);
    const { headers, not_understood } = accounted(packet);
    t.equal(headers + not_understood, bytes.length, name);
  }
});

t.test("padding of the Ethernet frame is padding, whatever the layer that ended before it", async (t) => {
  const padding = new Uint8Array(9);
  const padded: [string, Uint8Array][] = [
    ["behind IPv4", ethernet(0x0800, hello, padding)],
    ["behind IPv6", ethernet(0x86dd, hello6, padding)],
    ["behind PPPoE", ethernet(0x8864, [0x11, 0], be16(1, hello.length + 2, 0x0021), hello, padding)],
    ["behind LLC", ethernet(3, [0x42, 0x42, 3], padding)],
  ];
  for (const [name, bytes] of padded) t.equal(decode(ETHERNET, bytes).paddingBytes, 9, name);
});

t.test("a length that reaches beyond the packet is told, and what is there is read", async (t) => {
  const packet = decode(ETHERNET, ethernet(0x8864, [0x11, 0], be16(1, 9999, 0x0021), hello));
  t.equal(text(packet), "hello");
  t.same(packet.damage, { what: "PPPoE length reaches beyond the packet", offset: 14 });
});

t.test("headers inside each other end somewhere", async (t) => {
  const tags = Array.from({ length: 100 }, () => be16(1, 0x8100)).flat();
  const packet = decode(ETHERNET, ethernet(0x8100, tags));
  t.equal(packet.damage?.what, "too many headers inside each other");
});
