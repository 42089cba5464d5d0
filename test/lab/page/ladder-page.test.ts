import t from "tap";
import type { Proof } from "../../../src/lab/evidence.js";
import { renderLadder } from "../../../src/lab/page/ladder-page.js";
import { type Exposure, rungs } from "../../../src/lab/rung.js";
import { renderClosing, renderRung } from "../../../src/lab/table.js";
import type { Verdict } from "../../../src/lab/verdict.js";

function verdictOf(number: number, extra: Partial<Verdict> = {}): Verdict {
  const rung = rungs[number];
  if (rung === undefined) throw new Error(`no rung ${number}`);
  const proofs = new Map<Exposure, Proof>(
    rung.readable.map((exposure) => [exposure, { exposure, frame: 7, offset: 3, detail: `<b>${exposure}</b>` }]),
  );
  return { rung, proofs, packets: { wire: 30, inside: 30 }, refused: "nothing", complaints: [], ...extra };
}

const pageOf = (verdicts: readonly Verdict[]) =>
  renderLadder(verdicts.map((verdict) => ({ verdict, view: undefined })));

t.test("the page escapes what came off the wire and loads nothing", async (t) => {
  const page = pageOf(rungs.map((rung) => verdictOf(rung.number)));
  t.notMatch(page, /<b>password<\/b>:? <b>/);
  t.match(page, "&lt;b&gt;password&lt;/b&gt;");
  t.notMatch(page, /https?:|<script|<link (?!rel="icon" href="data:)|<img/);
});

t.test("a rung that does not hold is named on the page and in the terminal", async (t) => {
  const broken = verdictOf(2, { complaints: ["password was readable and must not be"] });
  t.match(pageOf([verdictOf(0), broken]), "1 of 2 rungs do not hold");
  t.match(pageOf([broken]), "password was readable and must not be");
  t.match(renderRung(broken, false), /✗ rung 2[\s\S]*not as it must be: password was readable/);
  t.match(renderClosing([verdictOf(0), broken], "out", 1, false), "1 of 2 rungs do not hold");
});

t.test("terminal lines stay within 80 columns and carry colour only when asked", async (t) => {
  for (const rung of rungs) {
    const text = renderRung(verdictOf(rung.number), false);
    t.ok(text.split("\n").every((line) => line.length <= 80));
    t.notMatch(text, "\u001b");
    t.match(renderRung(verdictOf(rung.number), true), "\u001b[");
  }
});
