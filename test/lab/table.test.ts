import t from "tap";
import { rungs } from "../../src/lab/rung.js";
import { renderClosing, renderRung } from "../../src/lab/table.js";
import { verdictOf } from "./played-verdict.js";

const CLOSING = { folder: "out", page: "/a b/out/ladder.html", seconds: 1, colour: false, links: false };

t.test("a rung that does not hold is named in the terminal", async (t) => {
  const broken = verdictOf(2, { complaints: ["password was readable and must not be"] });
  t.match(renderRung(broken, false), /✗ rung 2[\s\S]*not as it must be: password was readable/);
  t.match(renderClosing([verdictOf(0), broken], CLOSING), "1 of 2 rungs do not hold");
});

t.test("terminal lines stay within 80 columns and carry colour only when asked", async (t) => {
  for (const rung of rungs) {
    const text = renderRung(verdictOf(rung.number), false);
    t.ok(text.split("\n").every((line) => line.length <= 80));
    t.notMatch(text, "\u001b");
    t.match(renderRung(verdictOf(rung.number), true), "\u001b[");
  }
});

t.test("where he stands between, a line says which capture it is of", async (t) => {
  t.match(renderRung(verdictOf(3), false), /password +inside, packet 7, byte 3 /);
  t.match(renderRung(verdictOf(3), false), /server name \(SNI\) +wire, packet 7/);
  t.match(renderRung(verdictOf(3), false), /server certificate +asked of the server/);
  t.match(renderRung(verdictOf(0), false), /password +packet 7, byte 3 /);
});

t.test("the page's path is a link in terminals that make links, and text elsewhere", async (t) => {
  const linked = renderClosing([verdictOf(0)], { ...CLOSING, links: true });
  t.match(linked, "\u001b]8;;file:///a%20b/out/ladder.html\u001b\\out/ladder.html\u001b]8;;\u001b\\");
  t.notMatch(renderClosing([verdictOf(0)], CLOSING), "\u001b");
});
