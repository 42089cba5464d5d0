// The arithmetic of credit: what a message costs, and what credits add up to.

import t from "tap";
import { addCredit, CREDIT_STEP_BYTES, creditCost } from "../../../src/rpc/channel/credit.js";

const MAX_CREDIT = 2 ** 31 - 1;

t.test("a message costs its bytes, an empty one costs one", (t) => {
  t.equal(creditCost(new Uint8Array(0)), 1);
  t.equal(creditCost(new Uint8Array(1)), 1);
  t.equal(creditCost(new Uint8Array(70_000)), 70_000);
  t.end();
});

t.test("credits add up to 2^31 - 1 and no further", (t) => {
  t.equal(addCredit(-5, 5), 0);
  t.equal(addCredit(MAX_CREDIT - 1, 1), MAX_CREDIT);
  t.equal(addCredit(MAX_CREDIT, 0xffff_ffff), MAX_CREDIT);
  t.equal(addCredit(-100, 0xffff_ffff), MAX_CREDIT);
  t.end();
});

t.test("a sender that knows only the floor is never left waiting", (t) => {
  t.equal(CREDIT_STEP_BYTES, 32_768);
  t.end();
});
