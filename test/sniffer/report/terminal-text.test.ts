import t from "tap";
import { cellsOf, cutToCells, padToCells, safeText, wrapToCells } from "../../../src/sniffer/report/terminal-text.js";

t.test("cells: wide characters take two, combining marks none", async (t) => {
  for (const [text, cells] of [
    ["abc", 3],
    ["é", 1],
    ["e\u0301", 1],
    ["日本", 4],
    ["😀", 2],
    ["", 0],
  ] as const)
    t.equal(cellsOf(text), cells, text);
});

t.test("cut text fits and says that it was cut", async (t) => {
  t.equal(cutToCells("abcdef", 6), "abcdef");
  t.equal(cutToCells("abcdefg", 6), "abcde…");
  t.equal(cutToCells("日本語", 5), "日本…");
  t.equal(cutToCells("日本語", 4), "日…");
});

t.test("wrapped text keeps every character but the spaces at its ends of line", async (t) => {
  t.same(wrapToCells("one two three", 7), ["one two", "three"]);
  t.same(wrapToCells("abcdefghij", 4), ["abcd", "efgh", "ij"]);
  t.same(wrapToCells("short", 80), ["short"]);
  t.same(wrapToCells("any length", Number.POSITIVE_INFINITY), ["any length"]);
});

t.test("padding counts cells", async (t) => {
  t.equal(padToCells("日", 4), "日  ");
  t.equal(padToCells("too long", 4), "too long");
});

t.test("control characters and bidi marks are shown, not obeyed", async (t) => {
  t.equal(safeText("a\u001b[2Jb\u202ec\n"), "a\\u{1b}[2Jb\\u{202e}c\\u{a}");
});
