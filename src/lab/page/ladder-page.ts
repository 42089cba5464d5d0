// The ladder as one self-contained page for a class room: the rungs side by side, then each with what the man in the
// middle saw. No script, no network, light and dark, on a beamer, a phone and paper.

import type { Level, PageModel } from "../../sniffer/page/page-model.js";
import { icon } from "../../sniffer/page/view/icons.js";
import { html, type Markup } from "../../sniffer/page/view/markup.js";
import { renderShell } from "../../sniffer/page/view/page-shell.js";
import { lengthsCell, lengthsSection } from "../lengths/lengths-row.js";
import type { LengthsVerdict } from "../lengths/lengths-verdict.js";
import { type Exposure, everyExposure, type Rung } from "../rung.js";
import { place } from "../table.js";
import type { Verdict } from "../verdict.js";
import { LADDER_STYLE } from "./ladder-style.js";
import { drawRung } from "./rung-drawing.js";
import { renderRungSection } from "./rung-section.js";

/** A rung that was climbed, and what he has of it. */
export interface ClimbedRung {
  readonly verdict: Verdict;
  readonly view: PageModel | undefined;
}

/** Renders the whole page. Everything that came off the wire is escaped. */
export function renderLadder(climbed: readonly ClimbedRung[], lengths?: LengthsVerdict): string {
  const verdicts = climbed.map(({ verdict }) => verdict);
  const failed = verdicts.filter((verdict) => verdict.complaints.length > 0).length;
  const result =
    failed === 0 ? `All ${verdicts.length} rungs hold.` : `${failed} of ${verdicts.length} rungs do not hold.`;
  return renderShell({
    title: "Earshot: what a man in the middle can read",
    top: html`the ladder`,
    body: html`<section><h1>What a man in the middle can read, and what each layer takes from him</h1>
<p>A real server, client and sniffer, run once per rung on loopback with a fresh password each time. The same person registers, logs in,
asks who they are and logs out. <strong>${result}</strong></p>
<div class="rungs">${renderTable(verdicts, lengths)}${renderCards(verdicts)}</div></section>
${climbed.map(({ verdict, view }) => renderRungSection(verdict, view))}
${lengths === undefined ? undefined : lengthsSection(lengths)}`,
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
  return html`<th scope="col"><a href="#rung-${rung.number}">${drawRung(rung)}<b>rung ${rung.number}</b><span class="title">${rung.title}</span></a></th>`;
}

/** On phones: a card for each rung, with what he reads. */
function renderCards(verdicts: readonly Verdict[]): Markup {
  return html`<div class="cards">${verdicts.map(
    (
      verdict,
    ) => html`<article><a href="#rung-${verdict.rung.number}">${drawRung(verdict.rung)}</a><h2>${verdict.rung.number}. ${verdict.rung.title}</h2>
<ul>${everyExposure.map((exposure) => html`<li><span>${exposure}</span>${renderChip(verdict, exposure)}</li>`)}</ul></article>`,
  )}</div>`;
}

function renderCell(verdict: Verdict, exposure: Exposure): Markup {
  const { level, told, word } = seenOf(verdict, exposure);
  const proof = verdict.proofs.get(exposure);
  return html`<a class="cell ${told ? "told" : level}" href="#rung-${verdict.rung.number}">${icon(level)}<span>${word}${proof === undefined ? undefined : html`<small>${place(proof)}</small>`}</span></a>`;
}

function renderChip(verdict: Verdict, exposure: Exposure): Markup {
  const { level, told, word } = seenOf(verdict, exposure);
  return html`<span class="chip ${told ? "length" : level}">${icon(level)}${word}</span>`;
}

/** `told`: it can be read, and is no secret. */
function seenOf({ proofs, rung }: Verdict, exposure: Exposure): { level: Level; told: boolean; word: string } {
  if (proofs.has(exposure)) return { level: "readable", told: !isSecret(exposure), word: "read" };
  return isAbsent(rung, exposure)
    ? { level: "absent", told: false, word: "none" }
    : { level: "hidden", told: false, word: "hidden" };
}

/** Without TLS there is no certificate and no hello to hide. */
function isAbsent(rung: Rung, exposure: Exposure): boolean {
  return rung.transport === "plaintext" && !isSecret(exposure) && exposure !== "sizes and times";
}

function isSecret(exposure: Exposure): boolean {
  return exposure === "username" || exposure === "password" || exposure === "session token";
}
