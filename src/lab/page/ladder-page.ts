// The ladder as one self-contained page for a class room: the rungs side by side, then each with what the man in the
// middle saw. No script, no network, light and dark, on a beamer, a phone and paper.

import type { PageModel } from "../../sniffer/page/page-model.js";
import { icon } from "../../sniffer/page/view/icons.js";
import { html, type Markup } from "../../sniffer/page/view/markup.js";
import { renderShell } from "../../sniffer/page/view/page-shell.js";
import { lengthsCell, lengthsSection } from "../lengths/lengths-row.js";
import type { LengthsVerdict } from "../lengths/lengths-verdict.js";
import { type Exposure, everyExposure } from "../rung.js";
import { place } from "../table.js";
import type { Verdict } from "../verdict.js";
import { LADDER_STYLE } from "./ladder-style.js";
import { drawRung } from "./rung-drawing.js";
import { LESSONS } from "./rung-lesson.js";
import { renderRungSection } from "./rung-section.js";
import { evidenceId, sightOf } from "./rung-sight.js";

/** A rung that was climbed, and what he has of it. */
export interface ClimbedRung {
  readonly verdict: Verdict;
  readonly view: PageModel | undefined;
}

/** Renders the whole page; `folder` is where it lies, as commands have it. Everything that came off the wire is escaped. */
export function renderLadder(climbed: readonly ClimbedRung[], folder: string, lengths?: LengthsVerdict): string {
  const verdicts = climbed.map(({ verdict }) => verdict);
  const failed = verdicts.filter((verdict) => verdict.complaints.length > 0).length;
  const result =
    failed === 0 ? `All ${verdicts.length} rungs hold.` : `${failed} of ${verdicts.length} rungs do not hold.`;
  return renderShell({
    title: "Earshot: what a man in the middle can read",
    top: html`the ladder`,
    body: html`<section class="first"><h1>What a man in the middle can read, and what each layer takes from him</h1>
<p>A real server, client and sniffer, and a fresh password on each rung: Alice registers, logs in, asks who she is, logs out. <strong>${result}</strong></p>
<div class="rungs">${renderTable(verdicts, lengths)}${renderCards(verdicts, lengths)}</div></section>
${climbed.map(({ verdict, view }) => renderRungSection(verdict, view, folder))}
${lengths === undefined ? undefined : lengthsSection(lengths, folder)}
${renderAnswers(verdicts)}`,
    script: undefined,
    data: undefined,
    connect: "'none'",
    style: LADDER_STYLE,
  });
}

function renderTable(verdicts: readonly Verdict[], lengths: LengthsVerdict | undefined): Markup {
  const rows = everyExposure.map(
    (exposure) =>
      html`<tr><th scope="row">${exposure}</th>${verdicts.map((verdict) => html`<td>${renderCell(verdict, exposure)}</td>`)}</tr>`,
  );
  return html`<table class="ladder"><thead><tr><td></td>${verdicts.map(renderHeading)}</tr></thead>
<tbody>${rows}<tr><th scope="row">he reads</th>${verdicts.map(({ rung }) => html`<td class="lesson">${rung.lesson}</td>`)}</tr>
${lengths === undefined ? undefined : html`<tr><th scope="row"><a href="#lengths">lengths alone</a></th><td colspan="${verdicts.length}">${lengthsCell(lengths)}</td></tr>`}</tbody></table>`;
}

function renderHeading({ rung }: Verdict): Markup {
  const [layer, attacker] = rung.heading;
  return html`<th scope="col"><a href="#rung-${rung.number}">${drawRung(rung)}<b>${rung.number}. ${layer}</b><span class="who">${attacker}</span></a></th>`;
}

/** On phones: a card for each rung, with what he reads. */
function renderCards(verdicts: readonly Verdict[], lengths: LengthsVerdict | undefined): Markup {
  const cards = verdicts.map(
    (
      verdict,
    ) => html`<article><a href="#rung-${verdict.rung.number}">${drawRung(verdict.rung)}</a><h2>${verdict.rung.number}. ${verdict.rung.title}</h2>
<ul>${everyExposure.map((exposure) => html`<li><span>${exposure}</span>${renderChip(verdict, exposure)}</li>`)}</ul></article>`,
  );
  return html`<div class="cards">${cards}${lengths === undefined ? undefined : html`<article><h2><a href="#lengths">Lengths alone</a></h2>${lengthsCell(lengths)}</article>`}</div>`;
}

function renderCell(verdict: Verdict, exposure: Exposure): Markup {
  const { level, told, word } = sightOf(verdict, exposure);
  const proof = verdict.proofs.get(exposure);
  return html`<a class="cell ${told ? "told" : level}" href="#${evidenceId(verdict.rung, exposure)}">${icon(level)}<span>${word}${proof === undefined ? undefined : html`<small>${place(proof)}</small>`}</span></a>`;
}

function renderChip(verdict: Verdict, exposure: Exposure): Markup {
  const { level, told, word } = sightOf(verdict, exposure);
  return html`<a class="chip ${told ? "length" : level}" href="#${evidenceId(verdict.rung, exposure)}">${icon(level)}${word}</a>`;
}

/** On paper alone, where nothing unfolds: the questions stand beside each rung, what they have to say on the last sheet. */
function renderAnswers(verdicts: readonly Verdict[]): Markup {
  const answers = verdicts.flatMap(({ rung }) => {
    const lesson = LESSONS[rung.number];
    return lesson === undefined ? [] : [html`<dt>${rung.number}. ${lesson.question}</dt><dd>${lesson.answer}</dd>`];
  });
  return html`<section class="answers"><h2>Answers</h2><dl>${answers}</dl></section>`;
}
