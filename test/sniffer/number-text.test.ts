import t from "tap";
import { bytesText, counted, countText } from "../../src/sniffer/number-text.js";

t.test("numbers as people read them", async (t) => {
  t.same([0, 999, 1000, 999.6, 1234567].map(countText), ["0", "999", "1,000", "1,000", "1,234,567"]);
  t.same([counted(1, "packet"), counted(2000, "packet")], ["1 packet", "2,000 packets"]);
  t.same([1, 517, 4000, 51_234, 1.2e6, 5e9].map(bytesText), [
    "1 byte",
    "517 bytes",
    "4.0 KB",
    "51 KB",
    "1.2 MB",
    "5.0 GB",
  ]);
});
