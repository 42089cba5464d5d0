// One rung for a class: what is done, what he sees of it (in time, and byte by byte), why, and what to try and ask.
import { decodeBars } from "../../sniffer/page/bar-list.js";
import type { PageDetail, PageModel, Sample } from "../../sniffer/page/page-model.js";
import { renderSample } from "../../sniffer/page/view/bytes-view.js";
import { html, type Markup } from "../../sniffer/page/view/markup.js";
import { renderTimeline } from "../../sniffer/page/view/timeline-view.js";
import { everyExposure } from "../rung.js";
import { place, REFUSAL_WORDS } from "../table.js";
import type { Verdict } from "../verdict.js";
import { drawRung } from "./rung-drawing.js";
import { LESSONS } from "./rung-lesson.js";
import { excerptOf } from "./sample-excerpt.js";

export function renderRungSection(verdict: Verdict, view: PageModel | undefined): Markup {
  const { rung, complaints } = verdict;
  const lesson = LESSONS[rung.number];
  const isSafe = !rung.readable.includes("password");
  return html`<section class="rung${complaints.length === 0 ? " holds" : ""}" id="rung-${rung.number}">
<div class="head">${drawRung(rung)}<div><h2>${rung.number}. ${rung.title}</h2>
<p>${lesson?.story}</p>
<p class="reads">He reads <b class="${isSafe ? "safe" : ""}">${rung.lesson}</b>.</p>
${complaints.map((complaint) => html`<p class="complaint">Not as it must be: ${complaint}</p>`)}</div></div>
<p class="idea">${lesson?.idea}</p>
<div class="two"><div><h3>What he has</h3>${renderProofs(verdict)}
<h3>Try it</h3><p class="try"><code>npx sniffer -r earshot-ladder/rung-${rung.number}.pcapng</code></p>
<p><a href="rung-${rung.number}.html">His view as a report</a>: every conversation, record and byte.</p>
${lesson === undefined ? undefined : html`<details><summary>${lesson.question}</summary><p>${lesson.answer}</p></details>`}</div>
<div>${renderSight(verdict, view)}</div></div></section>`;
}

function renderProofs({ proofs, refused, packets }: Verdict): Markup {
  const items = everyExposure.flatMap((exposure) => {
    const proof = proofs.get(exposure);
    return proof === undefined
      ? []
      : [html`<li><b>${exposure}</b>: ${proof.detail} <small>${place(proof)}</small></li>`];
  });
  const refusal = REFUSAL_WORDS[refused];
  const last = refusal === undefined ? undefined : html`<li>${refusal.replace(/^t/, "T")}.</li>`;
  return html`<ul class="proofs">${items}${last}</ul><p class="note">${packets.wire} packets on the wire${packets.inside !== packets.wire ? `, ${packets.inside} inside his machine` : ""}.</p>`;
}

/** The login, from where he stands. */
function renderSight({ rung }: Verdict, view: PageModel | undefined): Markup | undefined {
  const detail = view === undefined ? undefined : loginOf(view);
  if (detail === undefined) return html`<h3>What he sees</h3><p class="note">Nothing: no login came by.</p>`;
  const bars = decodeBars(detail.bars);
  const sample = detail.samples.find(({ side, opened }) => side === "client" && !opened);
  const where = rung.attacker === "watches" ? "on the wire" : "inside his machine, between his two connections";
  return html`<h3>What he sees of the login, ${where}</h3>
${renderTimeline(bars, { mode: "order", from: 0, to: 1 })}
${sample === undefined ? undefined : renderExcerpt(sample)}`;
}

function renderExcerpt(sample: Sample): Markup {
  return renderSample(excerptOf(sample));
}

/** The one with the password in it; where he cannot tell, the second, since the first registers. */
function loginOf({ details }: PageModel): PageDetail | undefined {
  const readable = details.filter(({ messages }) => messages.some(({ method }) => method?.includes("/Login") === true));
  return readable[0] ?? details[1] ?? details[0];
}
