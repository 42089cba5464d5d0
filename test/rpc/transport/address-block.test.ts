// Which addresses count as one.

import t from "tap";
import { addressBlock } from "../../../src/rpc/transport/address-block.js";

t.test("an IPv4 address stands for itself, written either way", async (t) => {
  t.equal(addressBlock("192.0.2.1"), "192.0.2.1");
  t.equal(addressBlock("::ffff:192.0.2.1"), "192.0.2.1");
  t.equal(addressBlock("::ffff:c000:201"), "192.0.2.1");
});

t.test("an IPv6 address stands for its network of 64 bits, however it is written", async (t) => {
  for (const address of [
    "2001:db8:0:1::1",
    "2001:DB8::1:ffff:0:0:1",
    "2001:0db8:0000:0001:a:b:c:d",
    "2001:db8:0:1::",
  ]) {
    t.equal(addressBlock(address), "2001:db8:0:1::/64", address);
  }
  t.equal(addressBlock("fe80::1%eth0"), "fe80:0:0:0::/64");
  t.equal(addressBlock("::1"), "0:0:0:0::/64");
  t.not(addressBlock("2001:db8:0:2::1"), addressBlock("2001:db8:0:1::1"));
});

t.test("what is no address stays as it is", async (t) => {
  for (const text of ["", "unix", "/run/earshot.sock", "1.2.3", "::1::", "2001:db8:::", "[::1]", "x:y"]) {
    t.equal(addressBlock(text), text);
  }
});
