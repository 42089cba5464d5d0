import t from "tap";
import { counted, countText } from "../../src/sniffer/number-text.js";

t.test("numbers as people read them", async (t) => {
  t.same([0, 999, 1000, 999.6, 1234567].map(countText), ["0", "999", "1,000", "1,000", "1,234,567"]);
  t.same([counted(1, "packet"), counted(2000, "packet")], ["1 packet", "2,000 packets"]);
});
