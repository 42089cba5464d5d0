import { resolve } from "node:path";
import t from "tap";
import { renderLadder } from "../../../src/lab/page/ladder-page.js";
import { evidenceId } from "../../../src/lab/page/rung-sight.js";
import { everyExposure, rungs } from "../../../src/lab/rung.js";
import type { Verdict } from "../../../src/lab/verdict.js";
import { verdictOf } from "../played-verdict.js";
import { decodePage } from "./page-text.js";

const FOLDER = "out";

const pageOf = (verdicts: readonly Verdict[], folder = FOLDER) =>
  renderLadder(
    verdicts.map((verdict) => ({ verdict, view: undefined })),
    folder,
  );
const everyRung = () => rungs.map(({ number }) => verdictOf(number));
const sectionOf = (number: number) =>
  decodePage(
    new RegExp(`<section class="rung[^>]* id="rung-${number}">[\\s\\S]*?</section>`).exec(pageOf(everyRung()))?.[0] ??
      "",
  );

t.test("the page escapes what came off the wire and loads nothing", async (t) => {
  const page = pageOf(everyRung());
  t.notMatch(page, /<b>password<\/b>:? <b>/);
  t.match(page, "&lt;b&gt;password&lt;/b&gt;");
  t.notMatch(page, /https?:|<script|<link (?!rel="icon" href="data:)|<img/);
});

t.test("a rung that does not hold is named", async (t) => {
  const broken = verdictOf(2, { complaints: ["password was readable and must not be"] });
  t.match(pageOf([verdictOf(0), broken]), "1 of 2 rungs do not hold");
  t.match(pageOf([broken]), "password was readable and must not be");
  t.notMatch(pageOf([broken]), "it is not there", "what was found is not said to be absent");
});

t.test("each cell leads to its evidence, or to why there is none", async (t) => {
  const page = pageOf(everyRung());
  const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  t.equal(new Set(ids).size, ids.length, "no id stands twice");
  for (const rung of rungs) {
    for (const exposure of everyExposure) {
      const id = evidenceId(rung, exposure);
      t.ok(ids.includes(id), id);
      t.equal(page.split(`href="#${id}"`).length, 3, `${id}: in the table and among the cards`);
    }
  }
});

t.test("headings are short, and two lines each", async (t) => {
  for (const { heading } of rungs)
    t.ok(
      heading.every((line) => line.length <= 30),
      heading.join(" / "),
    );
});

t.test("where he stands between, each thing says which capture shows it, and what others have", async (t) => {
  for (const number of [3, 5]) {
    const text = sectionOf(number);
    t.match(text, /server name \(SNI\): [^:]* packet 7, byte 3 on the wire/);
    t.match(text, /username: [^:]* packet 7, byte 3 inside his machine/);
    t.match(text, /server certificate: .* asked of the server, as anyone may/);
    t.match(text, /What others have who listen on the wire As on rung 2, no login: server name/);
  }
  t.match(sectionOf(4), "The same as he");
  t.match(sectionOf(4), /password: not sent: the client stopped before/);
  t.notMatch(sectionOf(4), "inside his machine");
  t.match(sectionOf(5), /password: never sent/);
  for (const number of [0, 1, 2]) t.notMatch(sectionOf(number), "What others have");
});

t.test("what to try names the folder that was given, as a shell must have it, and what he sees", async (t) => {
  const page = pageOf(everyRung());
  t.match(page, "<code>npx sniffer -r out/rung-1.pcapng</code>");
  t.match(page, "<code>npx sniffer -r out/rung-3-inside.pcapng</code>");
  t.match(pageOf([verdictOf(0)], "my class's"), "&#39;my class&#39;\\&#39;&#39;s/rung-0.pcapng&#39;");
  t.match(pageOf([verdictOf(0)], "-x"), "-r ./-x/rung-0.pcapng");
  t.match(pageOf([verdictOf(0)], resolve("/a")), "-r /a/rung-0.pcapng");
  t.notMatch(page, /earshot-ladder|--extract/);
});

t.test("questions stand at each rung; for paper, where nothing unfolds, their answers are the last", async (t) => {
  const page = pageOf(everyRung());
  t.equal(page.match(/<details>/g)?.length, rungs.length);
  t.equal(/<section class="answers">[\s\S]*<\/section>/.exec(page)?.[0].match(/<dt>/g)?.length, rungs.length);
});
