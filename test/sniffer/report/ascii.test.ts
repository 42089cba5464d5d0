import t from "tap";
import { writeDigits, writeNumber, writePadded, writeText } from "../../../src/sniffer/report/ascii.js";

const written = (write: (into: Uint8Array, at: number) => number): string => {
  const into = new Uint8Array(64).fill(0x23);
  const end = write(into, 3);
  t.equal(into[end], 0x23, "nothing is written behind the end that is given");
  return Buffer.from(into.subarray(3, end)).toString("latin1");
};

t.test("numbers of any size are written as they are said", async (t) => {
  for (let power = 0; power <= 15; power++) {
    for (const value of [10 ** power - 1, 10 ** power, 10 ** power + 1, 7 * 10 ** power]) {
      t.equal(
        written((into, at) => writeNumber(into, at, value)),
        String(value),
      );
      t.equal(
        written((into, at) => writePadded(into, at, value, 6)),
        String(value).padStart(6),
      );
    }
  }
});

t.test("a number of fixed digits begins with zeros", async (t) => {
  for (const [value, digits, text] of [
    [0, 2, "00"],
    [7, 6, "000007"],
    [123_456, 6, "123456"],
    [98_765, 9, "000098765"],
  ] as const) {
    t.equal(
      written((into, at) => writeDigits(into, at, value, digits)),
      text,
    );
  }
  t.equal(
    written((into, at) => writeText(into, at, "text")),
    "text",
  );
});
