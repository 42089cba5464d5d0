import t from "tap";
import { decodeRelayRoute, encodeHostPort } from "../../../src/sniffer/capture/relay-address.js";

t.test("routes name where to listen and where to pass on", async (t) => {
  const at = (host: string, port: number) => ({ host, port });
  t.same(decodeRelayRoute("127.0.0.1:0=example.com:443"), {
    listen: at("127.0.0.1", 0),
    target: at("example.com", 443),
  });
  t.same(decodeRelayRoute("8443=[::1]:443"), { listen: at("127.0.0.1", 8443), target: at("::1", 443) });
  t.same(decodeRelayRoute("[::]:1=a:2"), { listen: at("::", 1), target: at("a", 2) });
});

t.test("what is no route is refused with the form that is wanted", async (t) => {
  for (const bad of ["", "=", "a:1", "a:1=", "a:1=b", "a:1=b:0", "a:1=b:99999", "::1:1=b:2", "a b:1=c:2", "a:1=b:2x"]) {
    t.throws(() => decodeRelayRoute(bad), { name: "LiveError", code: "bad_address", message: /LISTEN=HOST:PORT/ }, bad);
  }
});

t.test("addresses are written as they are read", async (t) => {
  t.equal(encodeHostPort({ host: "::1", port: 4 }), "[::1]:4");
  t.equal(encodeHostPort({ host: "a", port: 4 }), "a:4");
});
