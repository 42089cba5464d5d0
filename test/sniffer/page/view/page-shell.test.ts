import { createHash } from "node:crypto";
import t from "tap";
import { html } from "../../../../src/sniffer/page/view/markup.js";
import { renderShell, scriptJson } from "../../../../src/sniffer/page/view/page-shell.js";
import { readPageScript } from "../../../../src/sniffer/page-script.js";

const EVIL = "</script><script>alert(1)</script>\u2028<!--";

t.test("the one script that may run is the one that stands there", async (t) => {
  const script = readPageScript();
  if (script === undefined) throw new Error("the build made no script for the pages");
  const page = renderShell({ title: EVIL, top: html``, body: html`${EVIL}`, script, data: EVIL, connect: "'none'" });
  const scripts = [...page.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, text]) => text ?? "");
  t.equal(scripts.length, 1, "nothing from outside made another");
  const hash = createHash("sha256")
    .update(scripts[0] ?? "")
    .digest("base64");
  t.match(page, `script-src &#39;sha256-${hash}&#39;`);
  t.match(page, "default-src &#39;none&#39;");
  const bare = page.replace(/<script[\s\S]*?<\/script>/g, "");
  t.notMatch(bare, /(?:src|href)="(?!#|data:)/, "nothing is fetched");
  const [, json] = /<script type="application\/json" id="data">([\s\S]*?)<\/script>/.exec(page) ?? [];
  t.equal(JSON.parse(json ?? ""), EVIL);
});

t.test("without a script the page says nothing of one", async (t) => {
  const page = renderShell({ title: "x", top: html``, body: html``, script: undefined, data: EVIL, connect: "'none'" });
  t.notMatch(page, "<script");
  t.match(page, "script-src &#39;none&#39;");
});

t.test("JSON in a page cannot end its element", async (t) => {
  t.notMatch(scriptJson({ a: EVIL }), /[<>\u2028]/);
  t.same(JSON.parse(scriptJson({ a: EVIL })), { a: EVIL });
});
