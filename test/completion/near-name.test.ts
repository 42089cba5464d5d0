import t from "tap";
import { nearNames } from "../../src/completion/near-name.js";

t.test("what is nearest comes first, and what is far not at all", async (t) => {
  const known = ["--json", "--list", "--packets", "--proto", "--report"];
  t.same(nearNames("--jsn", known), ["--json"]);
  t.same(nearNames("--repot", known), ["--report"]);
  t.same(nearNames("--quantum", known), []);
  t.same(nearNames("", known), []);
  t.same(nearNames("--json", []), []);
});
