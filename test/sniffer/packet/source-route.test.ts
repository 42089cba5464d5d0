import t from "tap";
import { CLIENT, decode, findUncounted, ipv4, ipv6, join, RAW, SERVER, SERVER6, tcp, text } from "./packet-bytes.js";

const NEXT = "10.0.0.2";
const LAST = "9.9.9.9";
const last = [9, 9, 9, 9];
const segment = tcp({}, "hello");
const address = (end: number) => [0x20, 1, ...new Array<number>(13).fill(0), end];

t.test("an IPv4 source route tells whom the packet is for in the end", async (t) => {
  const route = (type: number, pointer: number) => ipv4({ options: [1, type, 7, pointer, ...last] }, segment);
  for (const [name, bytes, destination] of [
    ["loose", route(131, 4), LAST],
    ["strict", route(137, 4), LAST],
    ["at its end", route(131, 8), NEXT],
    ["the route that was taken", route(7, 4), NEXT],
    ["behind the end of options", ipv4({ options: [0, 131, 7, 4, ...last] }, segment), NEXT],
    ["longer than the options", ipv4({ options: [1, 131, 9, 4, ...last] }, segment), NEXT],
    ["an option of no length", ipv4({ options: [9, 0, 131, 7, 4, 9, 9, 9] }, segment), NEXT],
  ] as const) {
    const packet = decode(RAW, bytes);
    t.equal(packet.destination(), destination, name);
    t.equal(packet.source(), CLIENT.join("."), name);
    t.equal(text(packet), "hello", name);
    t.same(findUncounted(RAW, bytes), [], name);
  }
  t.equal(SERVER.join("."), NEXT);
});

t.test("so does an IPv6 routing header with hops left", async (t) => {
  const next = decode(RAW, ipv6(6, segment)).destination();
  const route = (type: number, hopsLeft: number, compressed: number, ...hops: number[]) => {
    const header = [6, hops.length * 2, type, hopsLeft, compressed, 0, 0, 0];
    return ipv6(43, join(header, ...hops.map(address)), segment);
  };
  for (const [name, bytes, destination] of [
    ["type 0", route(0, 2, 0, 5, 9), "2001::9"],
    ["type 0, at its end", route(0, 0, 0, 5, 9), next],
    ["a mobile node's", route(2, 1, 0, 9), "2001::9"],
    ["RPL", route(3, 1, 0, 5, 9), "2001::9"],
    ["RPL, shortened", route(3, 1, 0xff, 5, 9), next],
    ["segments", route(4, 1, 1, 9, 5), "2001::9"],
    ["segments, at their end", route(4, 0, 1, 9, 5), next],
    ["without any hop", route(0, 1, 0), next],
    ["of a type that is not known", route(99, 1, 0, 9), next],
  ] as const) {
    const packet = decode(RAW, bytes);
    t.equal(packet.destination(), destination, name);
    t.equal(text(packet), "hello", name);
    t.same(findUncounted(RAW, bytes), [], name);
  }
  t.equal(SERVER6.length, 16);
});
