// When the next attempt to connect is due, and when calls stop waiting for it; times and chance are given.

import t from "tap";
import { Redial } from "../../../src/rpc/calling/redial.js";
import { type Reason, RpcError } from "../../../src/rpc/rpc-error.js";
import { StatusCode } from "../../../src/wire/status-code.js";

const POLICY = { firstDelayMs: 100, maxDelayMs: 1000, maxWaitMs: 5000 };

function fault(reason: Reason | undefined): RpcError {
  return new RpcError(StatusCode.UNAVAILABLE, "no connection", { reason });
}

const REFUSED = fault("connection_refused");

/** The longest and the shortest wait after each of so many failures in a row. */
function delays(failures: number, random: number): number[] {
  const redial = new Redial(POLICY, () => random);
  return Array.from({ length: failures }, () => {
    redial.failed(REFUSED, 0);
    return redial.delayMs(0);
  });
}

t.test("the longest wait doubles up to the most; the shortest is none", (t) => {
  t.same(delays(7, 1), [100, 200, 400, 800, 1000, 1000, 1000]);
  t.same(delays(7, 0.5), [50, 100, 200, 400, 500, 500, 500]);
  t.same(delays(7, 0), [0, 0, 0, 0, 0, 0, 0]);
  t.equal(delays(3000, 1).at(-1), 1000, "no overflow however long it goes on");
  t.end();
});

t.test("a wait counts from the failure, not from the question", (t) => {
  const redial = new Redial(POLICY, () => 1);
  redial.failed(REFUSED, 1000);
  t.equal(redial.delayMs(1040), 60);
  t.equal(redial.delayMs(1100), 0);
  t.equal(redial.delayMs(9999), 0);
  t.end();
});

t.test("after a connection that lived, the first attempt is made at once", (t) => {
  const redial = new Redial(POLICY, () => 1);
  redial.failed(REFUSED, 0);
  redial.failed(REFUSED, 0);
  redial.connected(100);
  redial.disconnected(1100);
  t.equal(redial.delayMs(1100), 0);
  t.end();
});

t.test("a server that drops everyone is left alone longer and longer", (t) => {
  const redial = new Redial(POLICY, () => 1);
  const waits = [0, 1, 2, 3].map((second) => {
    redial.connected(second * 1000);
    redial.disconnected(second * 1000 + 999);
    return redial.delayMs(second * 1000 + 999);
  });
  t.same(waits, [100, 200, 400, 800]);
  t.end();
});

t.test("calls wait for maxWaitMs from the first failure; a connection starts that time anew", (t) => {
  const redial = new Redial(POLICY, () => 1);
  t.equal(redial.failed(REFUSED, 0), false);
  t.equal(redial.failed(REFUSED, 4999), false);
  t.equal(redial.failed(REFUSED, 5000), true);
  redial.connected(6000);
  redial.disconnected(6001);
  t.equal(redial.failed(REFUSED, 6100), false);
  t.equal(redial.failed(REFUSED, 11_100), true);
  t.end();
});

t.test("what more attempts do not mend is told at once, all else is waited out", (t) => {
  const lasting: Reason[] = [
    "server_not_trusted",
    "certificate_expired",
    "server_name_mismatch",
    "server_identity_changed",
    "alpn_mismatch",
    "not_tls",
    "tls_version_mismatch",
    "permission_denied",
    "bad_options",
  ];
  const passing: (Reason | undefined)[] = [
    "connection_refused",
    "name_not_found",
    "network_unreachable",
    "connect_timeout",
    "connection_lost",
    "tls_failed",
    undefined,
  ];
  for (const reason of lasting) t.equal(new Redial(POLICY).failed(fault(reason), 0), true, reason);
  for (const reason of passing) t.equal(new Redial(POLICY).failed(fault(reason), 0), false, reason ?? "no reason");
  t.end();
});
