// What --listen may say.

import t from "tap";
import { addressLabel } from "../../src/rpc/index.js";
import { decodeListenAddress } from "../../src/server/listen-option.js";

t.test("names, addresses and bracketed IPv6 addresses are read and written back", async (t) => {
  for (const [text, host, port] of [
    ["127.0.0.1:7443", "127.0.0.1", 7443],
    ["[::1]:0", "::1", 0],
    ["localhost:65535", "localhost", 65535],
    ["[fe80::1%eth0]:1", "fe80::1%eth0", 1],
  ] as const) {
    t.same(decodeListenAddress(text), { host, port });
    t.equal(addressLabel({ host, port }), text);
  }
});

t.test("a Unix socket is a path behind unix:", async (t) => {
  for (const path of ["/run/earshot.sock", "earshot.sock", "/tmp/a b:1"]) {
    t.same(decodeListenAddress(`unix:${path}`), { path });
    t.equal(addressLabel({ path }), `unix:${path}`);
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
    "unix:",
  ]) {
    t.equal(decodeListenAddress(text), undefined, text);
  }
});
