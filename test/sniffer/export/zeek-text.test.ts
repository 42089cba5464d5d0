import t from "tap";
import {
  microsecondsText,
  zeekBool,
  zeekDate,
  zeekHeader,
  zeekString,
  zeekTime,
  zeekVector,
} from "../../../src/sniffer/export/zeek-text.js";

t.test("values as Zeek has them: unset, empty, escaped", async (t) => {
  t.same([undefined, "", "-", "(empty)", "a b"].map(zeekString), ["-", "(empty)", "\\x2d", "\\x28empty)", "a b"]);
  t.equal(zeekString("tab\tline\nzwölf\\"), "tab\\x09line\\x0azw\\xc3\\xb6lf\\x5c");
  t.same([undefined, [], ["a", "b,c"]].map(zeekVector), ["-", "(empty)", "a,b\\x2cc"]);
  t.same([undefined, true, false].map(zeekBool), ["-", "T", "F"]);
});

t.test("times have six decimals, also where a double has none left", async (t) => {
  t.equal(microsecondsText(1_700_000_000_123_456), "1700000000.123456");
  t.equal(microsecondsText(7), "0.000007");
  t.equal(zeekTime(undefined), "-");
  t.match(zeekDate(new Date(2026, 10, 29, 5, 4, 3)), "2026-11-29-05-04-03");
});

t.test("the header names and types each column", async (t) => {
  const columns = [
    { name: "ts", type: "time" },
    { name: "uid", type: "string" },
  ];
  t.same(zeekHeader("conn", columns, "2026-11-29-05-04-03").split("\n"), [
    "#separator \\x09",
    "#set_separator\t,",
    "#empty_field\t(empty)",
    "#unset_field\t-",
    "#path\tconn",
    "#open\t2026-11-29-05-04-03",
    "#fields\tts\tuid",
    "#types\ttime\tstring",
    "",
  ]);
});
