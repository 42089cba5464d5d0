// What counts as one address, and that leaving makes room again.

import t from "tap";
import { Admission } from "../../../src/rpc/transport/admission.js";

function isOnePlace(first: string, second: string): boolean {
  const admission = new Admission({ maxConnections: 10, maxConnectionsPerAddress: 1 });
  admission.enter(first);
  return admission.enter(second) !== undefined;
}

t.test("IPv4 addresses count one by one, however they are written", async (t) => {
  t.ok(isOnePlace("192.0.2.1", "192.0.2.1"));
  t.ok(isOnePlace("192.0.2.1", "::ffff:192.0.2.1"));
  t.notOk(isOnePlace("192.0.2.1", "192.0.2.2"));
  t.notOk(isOnePlace("::ffff:192.0.2.1", "::ffff:192.0.2.2"));
});

t.test("IPv6 addresses count by their network of 64 bits", async (t) => {
  t.ok(isOnePlace("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff"));
  t.ok(isOnePlace("2001:db8::1", "2001:db8:0:0:5::"));
  t.ok(isOnePlace("fe80::1%eth0", "fe80::2%eth1"));
  t.ok(isOnePlace("::1", "::2"));
  t.notOk(isOnePlace("2001:db8:1:2::1", "2001:db8:1:3::1"));
  t.notOk(isOnePlace("2001:db8:0:1::", "2001:db8::1"));
});

t.test("who leaves makes room; the whole and each place have their own limit", async (t) => {
  const admission = new Admission({ maxConnections: 3, maxConnectionsPerAddress: 2 });
  t.equal(admission.enter("192.0.2.1"), undefined);
  t.equal(admission.enter("192.0.2.1"), undefined);
  t.match(admission.enter("192.0.2.1"), /from one address/);
  t.equal(admission.enter("192.0.2.2"), undefined);
  t.match(admission.enter("192.0.2.3"), /more than 3 connections$/);
  admission.leave("192.0.2.1");
  t.equal(admission.enter("192.0.2.3"), undefined);
  admission.leave("192.0.2.3");
  t.equal(admission.enter("192.0.2.1"), undefined);
});
