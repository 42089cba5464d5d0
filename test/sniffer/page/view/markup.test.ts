import t from "tap";
import { escapeHtml, html, Markup } from "../../../../src/sniffer/page/view/markup.js";

t.test("what comes from outside is escaped wherever it stands", async (t) => {
  const evil = `"><script>alert('1')</script>&amp;`;
  t.equal(html`<a title="${evil}">${evil}</a>`.text, `<a title="${escapeHtml(evil)}">${escapeHtml(evil)}</a>`);
  t.notMatch(html`<a title="${evil}">${evil}</a>`.text, "<script");
  t.equal(escapeHtml(evil), "&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;amp;");
});

t.test("what nobody sees is told", async (t) => {
  t.equal(escapeHtml("\u202egro.live\u2066\0\r"), "\\u{202e}gro.live\\u{2066}\\u{0}\\u{d}");
  t.equal(escapeHtml("a\n\tb ü 世"), "a\n\tb ü 世");
});

t.test("markup within markup stays, arrays are joined, nothing is left of undefined and false", async (t) => {
  const items = ["a", "<b>"].map((item) => html`<li>${item}</li>`);
  t.equal(html`<ul>${items}</ul>${undefined}${false}${0}`.text, "<ul><li>a</li><li>&lt;b&gt;</li></ul>0");
  t.equal(`${html`${new Markup("<i>")}`}`, "<i>");
  t.equal(html`no values`.text, "no values");
});
