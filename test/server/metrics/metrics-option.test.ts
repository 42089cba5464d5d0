// What --metrics may be.

import t from "tap";
import { decodeMetricsAddress } from "../../../src/server/metrics/metrics-option.js";

t.test("a port alone is one of this machine", async (t) => {
  t.same(decodeMetricsAddress("9464"), { host: "127.0.0.1", port: 9464 });
  t.same(decodeMetricsAddress("0.0.0.0:9464"), { host: "0.0.0.0", port: 9464 });
  t.same(decodeMetricsAddress("[::1]:0"), { host: "::1", port: 0 });
});

t.test("anything else is refused", async (t) => {
  for (const text of ["", "x", ":9464", "70000", "-1", "host:", "unix:/run/x.sock", "9464 ", "1.5"]) {
    t.equal(decodeMetricsAddress(text), undefined, text);
  }
});
