import t from "tap";
import {
  microsecondsText,
  zeekBool,
  zeekBytes,
  zeekDate,
  zeekHeader,
  zeekString,
  zeekTime,
  zeekVector,
} from "../../../src/sniffer/export/zeek-text.js";

t.test("values as Zeek has them: unset, empty, escaped", async (t) => {
  t.same([undefined, "", "-", "(empty)", "a b"].map(zeekString), ["-", "(empty)", "\\x2d", "\\x28empty)", "a b"]);
  t.equal(zeekString("tab\tline\nzwölf\\"), "tab\\x09line\\x0azwölf\\\\", "UTF-8 is left as it is, as since Zeek 4");
  t.equal(zeekString("a\u009b31m\u202eb"), "a\\xc2\\x9b31m\\xe2\\x80\\xaeb", "but for what a terminal obeys");
  t.same([undefined, null, Buffer.from("zwölf"), Buffer.from("z\xff\\,\t", "latin1")].map(zeekBytes), [
    "-",
    "-",
    "zwölf",
    "z\\xff\\\\,\\x09",
  ]);
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
