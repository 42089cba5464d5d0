// The report and the live page: the same parts, in the same order.
import type { PageHead, PageRow } from "../page-model.js";
import {
  leftOutText,
  renderAllFindings,
  renderExposure,
  renderLedger,
  renderRowTable,
  renderVerdict,
} from "./head-view.js";
import { html, type Markup } from "./markup.js";
import { LEVEL_WORDS } from "./words.js";

/** Parts that the live page draws anew: their ids and what draws them. */
export const HEAD_PARTS: readonly { readonly id: string; readonly render: (head: PageHead) => Markup }[] = [
  { id: "verdict", render: renderVerdict },
  { id: "exposure", render: renderExposure },
  { id: "found", render: renderAllFindings },
  { id: "ledger", render: renderLedger },
];

export function renderReportBody(head: PageHead, rows: readonly PageRow[]): Markup {
  const [verdict, exposure, found, ledger] = HEAD_PARTS.map(
    ({ id, render }) => html`<section id="${id}" data-part="${id}">${render(head)}</section>`,
  );
  return html`${verdict}
${exposure}
<section id="conversations" data-part="conversations"><h2>Conversations</h2>
<p class="note" data-left-out>${leftOutText(head)}</p>
<div class="filters js-only"><label>filter <input type="search" data-filter placeholder="address, name, protocol…"></label>
<label>what is said <select data-level><option value="">any</option>${Object.entries(LEVEL_WORDS).map(([level, word]) => html`<option value="${level}">${word}</option>`)}</select></label>
<span class="note" data-shown aria-live="polite"></span></div>
<div class="scroll" role="region" aria-label="Conversations" tabindex="0" data-rows>${renderRowTable(rows)}</div>
<noscript><p class="note">With scripts, each conversation opens: its records, its handshake and its bytes are in this file.</p></noscript>
</section>
<section id="detail" data-part="detail"></section>
${found}
${ledger}`;
}
