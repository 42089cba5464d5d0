// Every way to write a server, and every way to get it wrong.
import t from "tap";
import { decodeServerAddress, serverAddress } from "../../src/client/server-address.js";

const GOOD: readonly (readonly [written: string, host: string, port: number, text: string])[] = [
  ["127.0.0.1:7443", "127.0.0.1", 7443, "127.0.0.1:7443"],
  ["LocalHost:1", "localhost", 1, "localhost:1"],
  [" a.example:65535 ", "a.example", 65_535, "a.example:65535"],
  ["a.example.:7443", "a.example", 7443, "a.example:7443"],
  ["a.example", "a.example", 7443, "a.example:7443"],
  ["[::1]:7443", "::1", 7443, "[::1]:7443"],
  ["[2001:DB8::1]", "2001:db8::1", 7443, "[2001:db8::1]:7443"],
  ["[fe80::1%eth0]:7443", "fe80::1%eth0", 7443, "[fe80::1%eth0]:7443"],
];
for (const [written, host, port, text] of GOOD) {
  t.test(`"${written}" is ${text}`, async (t) => {
    t.same(decodeServerAddress(written), { host, port, text });
    t.same(serverAddress(host, port), { host, port, text });
  });
}

const BAD: readonly (readonly [written: string, says: RegExp])[] = [
  ["", /HOST:PORT/],
  [":7443", /HOST:PORT/],
  ["a.example:", /HOST:PORT/],
  ["a.example:x", /HOST:PORT/],
  ["a.example:0", /1 to 65535/],
  ["a.example:65536", /1 to 65535/],
  ["a.example:999999", /HOST:PORT/],
  ["a b:1", /HOST:PORT/],
  ["user@a.example:1", /HOST:PORT/],
  ["::1", /brackets about the IPv6 address: \[::1\]:7443/],
  ["[a.example]:1", /HOST:PORT/],
  ["[1.2.3.4]:1", /HOST:PORT/],
  ["[::1:1", /HOST:PORT/],
  ["https://a.example:1/", /not as a URL/],
];
for (const [written, says] of BAD) {
  t.test(`"${written}" is a usage error that says how to write it`, async (t) => {
    t.throws(() => decodeServerAddress(written), { code: "usage", message: says });
  });
}
