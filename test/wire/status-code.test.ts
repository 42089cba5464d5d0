import t from "tap";
import { StatusCode, statusName } from "../../src/wire/status-code.js";

t.test("the numbers are gRPC's, 0 to 16 without a gap", async (t) => {
  t.same(
    Object.values(StatusCode),
    Array.from({ length: 17 }, (_, code) => code),
  );
  t.equal(StatusCode.UNAUTHENTICATED, 16);
});

t.test("a number gives its name, and one without a name says so", async (t) => {
  t.equal(statusName(5), "NOT_FOUND");
  t.equal(statusName(0), "OK");
  t.equal(statusName(99), "CODE_99");
});
