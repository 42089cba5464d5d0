// The first screen and what sums the capture up: the verdict, the matrix, the findings, the ledger, the conversations.
import type { Accounted } from "../../event.js";
import { bytesText, counted, countText } from "../../number-text.js";
import type { PageHead, PageRow } from "../page-model.js";
import { renderFindings } from "./detail-view.js";
import { icon } from "./icons.js";
import { html, type Markup } from "./markup.js";
import { levelChip, renderMatrix } from "./matrix-view.js";
import { LEDGER_WORDS, secondsText } from "./words.js";

export function renderVerdict(head: PageHead): Markup {
  const when = head.started === null ? "" : `, from ${head.started.replace("T", " ").slice(0, 19)} UTC`;
  return html`<div class="verdict ${head.level}">${icon(head.level)}<div><h1>${head.verdict}</h1>
${head.caveats.map((text) => html`<p class="caveat">${text}</p>`)}
<p>${sourceWords(head)} <b>${head.source}</b>: ${counted(head.packets, "packet")}, ${bytesText(head.bytes)}, ${counted(head.conversations, "conversation")} in ${secondsText(head.seconds)}${when}.${head.damaged ? html` <b>The input is damaged: what came before that is here.</b>` : undefined}</p></div></div>`;
}

function sourceWords({ live, accounted }: PageHead): string {
  if (!live) return "In";
  return accounted === undefined ? "Live on" : "Captured on";
}

export function renderExposure(head: PageHead): Markup {
  return html`<h2>Who could read what</h2>
${renderMatrix(head.matrix, { prefix: "all-", label: "Who could read what", conversations: head.conversations })}`;
}

export function renderAllFindings(head: PageHead): Markup {
  if (head.findings.length === 0) return html`<h2>What was found</h2><p class="note">Nothing so far.</p>`;
  const order = { readable: 0, metadata: 1, damaged: 2, hidden: 3 };
  const sorted = [...head.findings].sort((left, right) => order[left.visibility] - order[right.visibility]);
  return html`<h2>What was found</h2>${renderFindings(sorted, head.moreFindings, "All findings")}`;
}

/** Every captured byte, once. */
export function renderLedger(head: PageHead): Markup {
  const { accounted } = head;
  if (accounted === undefined) {
    return html`<h2>Every captured byte</h2><p class="note">The account is made when the capture ends.</p>`;
  }
  const all = Object.entries(accounted).filter(([, bytes]) => bytes > 0) as [keyof Accounted, number][];
  const total = all.reduce((sum, [, bytes]) => sum + bytes, 0);
  const share = (bytes: number): string => `${((100 * bytes) / Math.max(1, total)).toFixed(1)} %`;
  return html`<h2>Every captured byte</h2>
<div class="ledger" aria-hidden="true">${all.map(([name, bytes]) => html`<span class="${name}" style="flex-grow:${Math.max(bytes, total / 400)}" title="${LEDGER_WORDS[name]}: ${share(bytes)}"></span>`)}</div>
<div class="scroll" role="region" aria-label="Ledger" tabindex="0"><table class="plain ledger-table"><thead><tr><th scope="col">what</th><th scope="col">bytes</th><th scope="col">share</th></tr></thead><tbody>${all.map(
    ([name, bytes]) =>
      html`<tr><th scope="row"><i class="swatch ${name}"></i> ${LEDGER_WORDS[name]}</th><td class="number">${countText(bytes)}</td><td class="number">${share(bytes)}</td></tr>`,
  )}</tbody><tfoot><tr><th scope="row">captured</th><td class="number">${countText(total)}</td><td class="number">${total === head.bytes ? "all of it" : `of ${countText(head.bytes)}`}</td></tr></tfoot></table></div>${skippedText(head)}`;
}

export function renderRowTable(rows: readonly PageRow[]): Markup {
  return html`<table class="plain rows"><thead><tr><th scope="col">#</th><th scope="col">what is said</th><th scope="col">who</th><th scope="col">how</th><th scope="col">bytes</th><th scope="col">when</th></tr></thead><tbody>${rows.map(renderRow)}</tbody></table>`;
}

export function renderRow(row: PageRow): Markup {
  const secrets = row.secrets === 0 ? undefined : html` <b class="secrets">${counted(row.secrets, "secret")}</b>`;
  return html`<tr data-id="${row.id}"><th scope="row"><a href="#c${row.id}">${row.id}</a></th><td>${levelChip(row.level)}${secrets}</td><td>${row.client} → ${row.server}${row.serverName === null ? undefined : html`<small>${row.serverName}</small>`}</td><td>${row.application}${row.version === null ? undefined : html` <small>${row.version}</small>`}</td><td class="number">${bytesText(row.clientBytes)} / ${bytesText(row.serverBytes)}</td><td class="number">${secondsText(row.start)}</td></tr>`;
}

/** "1,000 of 8,190 conversations have a row: …"; nothing where all have. */
export function leftOutText({ leftOut, conversations }: PageHead): string {
  if (leftOut <= 0) return "";
  return `${countText(conversations - leftOut)} of ${countText(conversations)} are listed: those that gave something away, and the latest of the others. All of them count above.`;
}

function skippedText({ skipped }: PageHead): Markup | undefined {
  const entries = Object.entries(skipped);
  if (entries.length === 0) return undefined;
  return html`<p class="note">Not looked into: ${entries.map(([name, count]) => `${countText(count)} ${name}`).join(", ")}.</p>`;
}
