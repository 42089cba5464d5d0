import t from "tap";
import { encodeBar } from "../../../src/sniffer/report/progress.js";

t.test("the bar grows with the share, and never beyond its end", async (t) => {
  t.equal(encodeBar(0), `[${".".repeat(30)}]   0%`);
  t.equal(encodeBar(50), `[${"#".repeat(15)}${".".repeat(15)}]  50%`);
  t.equal(encodeBar(100), `[${"#".repeat(30)}] 100%`);
  t.equal(encodeBar(130).length, encodeBar(0).length);
});
