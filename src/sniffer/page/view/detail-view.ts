// One conversation: its matrix, its records in time, its handshake in words, what it means for the future, what was said,
// and its bytes.
import type { AssessmentEvent, FutureReader } from "../../event.js";
import { bytesText, counted, countText } from "../../number-text.js";
import type { Bar, PageDetail, PageFinding, PageMessage, Step, StepLine } from "../page-model.js";
import { renderSample } from "./bytes-view.js";
import { icon } from "./icons.js";
import { html, type Markup } from "./markup.js";
import { levelChip, renderMatrix } from "./matrix-view.js";
import { MAX_DRAWN, renderBarTable, renderTimeline, type TimelineWindow } from "./timeline-view.js";
import { placeHref, placeText, secondsText } from "./words.js";

/** Bars in one piece of the table. */
export const TABLE_BARS = 200;

export function renderDetail(detail: PageDetail, bars: readonly Bar[]): Markup {
  const { row } = detail;
  const { id } = row;
  return html`<article class="detail" aria-labelledby="c${id}-title">
<header><h3 id="c${id}-title" tabindex="-1">Conversation #${id}: ${row.client} → ${row.server}</h3>
<p>${introduction(detail)}</p></header>
${section(id, "records", "What went over the wire", renderRecords(detail, bars))}
${detail.steps.length > 0 ? section(id, "handshake", "The handshake in plain words", renderSteps(detail.steps)) : undefined}
${detail.assessment === undefined ? undefined : section(id, "later", "And later?", renderAssessment(detail.assessment))}
${detail.messages.length > 0 ? section(id, "messages", "What was said", renderMessages(detail)) : undefined}
${detail.findings.length > 0 ? section(id, "findings", "Findings", renderFindings(detail.findings, detail.moreFindings, `Findings of conversation #${id}`)) : undefined}
${section(id, "who", "Who could read what of it", renderMatrix(detail.matrix, { prefix: `c${id}-`, label: `Who could read what of conversation #${id}`, conversations: 1 }))}
${section(id, "bytes", "The bytes themselves", renderBytes(detail))}
</article>`;
}

export function initialWindow(bars: readonly Bar[]): TimelineWindow {
  return { mode: bars.length > MAX_DRAWN ? "time" : "order", from: 0, to: 1 };
}

export function renderFindings(findings: readonly PageFinding[], more: number, label: string): Markup {
  const rows = findings.map(
    (finding) =>
      html`<tr><td>${findingChip(finding)}</td><td>${finding.what}${finding.value === undefined ? undefined : html`: <code>${finding.value}</code>`}${finding.field === undefined ? undefined : html` <small>in ${finding.field}</small>`}</td><td>${placeLink(finding)}</td><td class="number">${finding.count > 1 ? `${countText(finding.count)} times` : "once"}</td></tr>`,
  );
  return html`<div class="scroll" role="region" aria-label="${label}" tabindex="0"><table class="plain findings"><thead><tr><th scope="col">to others</th><th scope="col">what</th><th scope="col">where</th><th scope="col">how often</th></tr></thead><tbody>${rows}</tbody></table></div>
${more > 0 ? html`<p class="note">${counted(more, "finding")} more are counted, not listed.</p>` : undefined}`;
}

function introduction({ row, communityId }: PageDetail): Markup {
  const name = row.serverName === null ? "" : `, asks for ${row.serverName}`;
  const version = row.version === null ? "" : `, ${row.version}`;
  const gaps = row.gaps === 0 ? "" : `; ${counted(row.gaps, "hole")} where packets were not captured`;
  return html`${levelChip(row.level)} ${row.protocol.toUpperCase()}, ${row.application}${version}${name}; packets ${countText(row.firstFrame)} to ${countText(row.lastFrame)}, ${secondsText(row.seconds)}; ${bytesText(row.clientBytes)} from the client, ${bytesText(row.serverBytes)} from the server${gaps}. <small>Community ID ${communityId}</small>`;
}

function section(id: number, name: string, title: string, body: Markup): Markup {
  return html`<section class="part" data-part="${name}" id="c${id}-${name}"><h4>${title}</h4>${body}</section>`;
}

function renderRecords({ bars: { more, moreBytes } }: PageDetail, bars: readonly Bar[]): Markup {
  const window = initialWindow(bars);
  return html`<div class="drawn">${renderTimeline(bars, window)}</div>
<p class="controls" data-controls="timeline">
<button type="button" data-mode="order" aria-pressed="${String(window.mode === "order")}">in order</button>
<button type="button" data-mode="time" aria-pressed="${String(window.mode === "time")}">by time</button>
<button type="button" data-zoom="in" aria-label="closer">+</button>
<button type="button" data-zoom="out" aria-label="further away">−</button>
<label>part <input type="range" min="0" max="1000" value="0" data-pan></label></p>
${more > 0 ? html`<p class="note">${counted(more, "record")} more, ${bytesText(moreBytes)}, are counted and not drawn.</p>` : undefined}
<details data-bars><summary>${counted(bars.length, "record")} one by one</summary>
<div data-table>${renderBarTable(bars, 0, TABLE_BARS)}</div>
${bars.length > TABLE_BARS ? html`<p class="controls"><button type="button" data-page="-1">← before</button> <button type="button" data-page="1">after →</button> <span data-range>1 to ${TABLE_BARS}</span></p>` : undefined}
</details>`;
}

function renderSteps(steps: readonly Step[]): Markup {
  return html`<ol class="steps">${steps.map(
    (step) => html`<li class="step ${step.side}"><h5>${step.title} <small>packet ${countText(step.frame)}</small></h5>
<dl>${step.lines.map((line, index) => renderStepLine(line, step.lines[index + 1]))}</dl></li>`,
  )}</ol>`;
}

const READER_RATINGS: Readonly<Record<FutureReader["can"], string>> = {
  read: "bad",
  "read early data": "weak",
  impersonate: "weak",
  nothing: "good",
};

/** What several lines have for their reason is said once, below the last of them. */
function renderStepLine({ name, text, level, why }: StepLine, next: StepLine | undefined): Markup {
  const reason = next?.why === why ? undefined : html`<small>${why}</small>`;
  return html`<dt>${name}</dt><dd><span class="said ${level}">${icon(level)}<span>${text}</span></span>${reason}</dd>`;
}

function renderAssessment({ statements, readers }: AssessmentEvent): Markup {
  const rows = readers.map(
    ({ who, can, text }) =>
      html`<tr><th scope="row">${who}</th><td><span class="rating ${READER_RATINGS[can]}">${can}</span></td><td>${text}</td></tr>`,
  );
  return html`<ul class="statements">${statements.map(({ rating, topic, text }) => html`<li><span class="rating ${rating}">${topic.replaceAll("_", " ")}: ${rating}</span> ${text}</li>`)}</ul>
${rows.length > 0 ? html`<div class="scroll" role="region" aria-label="Who could read it later" tabindex="0"><table class="plain"><thead><tr><th scope="col">who, one day</th><th scope="col">could</th><th scope="col">why</th></tr></thead><tbody>${rows}</tbody></table></div>` : undefined}`;
}

function renderMessages({ messages, moreMessages }: PageDetail): Markup {
  return html`<ol class="messages">${messages.map(messageItem)}</ol>
${moreMessages > 0 ? html`<p class="note">${counted(moreMessages, "message")} more are counted, not listed.</p>` : undefined}`;
}

function messageItem({ side, kind, text, frame, decrypted }: PageMessage): Markup {
  const how = decrypted ? html`<span class="chip hidden">${icon("hidden")}with the keys</span>` : levelChip("readable");
  return html`<li class="${side}"><b>${side} · ${kind.replaceAll("_", " ")}</b> ${how} <code>${text}</code> <small>packet ${countText(frame)}</small></li>`;
}

function renderBytes({ samples }: PageDetail): Markup {
  if (samples.length === 0) return html`<p class="note">No bytes of it are in this page.</p>`;
  return html`<details data-bytes><summary>Show them</summary><div data-samples>${samples.map((sample) => renderSample(sample))}</div></details>`;
}

function findingChip({ visibility, decrypted }: PageFinding): Markup {
  if (decrypted) return html`<span class="chip hidden">${icon("hidden")}with the keys</span>`;
  const level = { readable: "readable", metadata: "presence", hidden: "hidden", damaged: "unknown" }[visibility];
  const word = { readable: "readable", metadata: "told beside it", hidden: "hidden", damaged: "damaged" }[visibility];
  return html`<span class="chip ${level}">${icon(level as "readable")}${word}</span>`;
}

function placeLink({ place }: PageFinding): Markup {
  const href = placeHref(place);
  return href === undefined
    ? html`${placeText(place)}`
    : html`<a class="evidence" href="${href}">${placeText(place)}</a>`;
}
