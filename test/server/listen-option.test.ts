// What --listen may say.

import t from "tap";
import { decodeListenAddress, encodeListenAddress } from "../../src/server/listen-option.js";

t.test("names, addresses and bracketed IPv6 addresses are read and written back", async (t) => {
  for (const [text, host, port] of [
    ["127.0.0.1:7443", "127.0.0.1", 7443],
    ["[::1]:0", "::1", 0],
    ["localhost:65535", "localhost", 65535],
    ["[fe80::1%eth0]:1", "fe80::1%eth0", 1],
  ] as const) {
    t.same(decodeListenAddress(text), { host, port });
    t.equal(encodeListenAddress({ host, port }), text);
  }
});

t.test("everything else is refused", async (t) => {
  for (const text of [
    "",
    "7443",
    ":7443",
    "::1:7443",
    "host",
    "host:",
    "host:70000",
    "host:-1",
    "[host]:1",
    "a b:1",
    "[::1]",
    "host:1x",
  ]) {
    t.equal(decodeListenAddress(text), undefined, text);
  }
});
