// The exposure matrix: who could read what, each cell with its evidence.

import { countText } from "../../number-text.js";
import { ASPECTS, CONTENT_ASPECTS, CONTEXT_ASPECTS, OBSERVERS } from "../exposure-names.js";
import type { Aspect, Cell, Level, Matrix, Observer } from "../page-model.js";
import { icon } from "./icons.js";
import { html, type Markup } from "./markup.js";
import { ASPECT_WORDS, LEVEL_WORDS, OBSERVER_WORDS, placeHref, placeText } from "./words.js";

export interface MatrixViewOptions {
  /** Before the ids of cells, which must differ on one page. */
  readonly prefix: string;
  /** What the matrix is called for those who do not see it. */
  readonly label: string;
  /** Conversations that the matrix is about; 1 for a single one. */
  readonly conversations: number;
}

export function renderMatrix(matrix: Matrix, options: MatrixViewOptions): Markup {
  return html`<div class="matrix" role="region" aria-label="${options.label}">
<table>
<thead><tr><td></td>${OBSERVERS.map(heading)}</tr></thead>
<tbody>${CONTENT_ASPECTS.map((aspect) => row(matrix, aspect, options))}</tbody>
<tbody class="context"><tr class="group"><th colspan="5" scope="rowgroup">and beside it</th></tr>${CONTEXT_ASPECTS.map((aspect) => row(matrix, aspect, options))}</tbody>
</table>
<p class="key">${LEVELS_SHOWN.map((level) => levelChip(level))}
<span class="key-note"><i class="swatch solid"></i> seen in this capture</span>
<span class="key-note"><i class="swatch outline"></i> follows from how TLS works</span></p>
<details class="reasons"><summary>Why, and where it shows</summary>
${ASPECTS.map((aspect) => reasons(matrix, aspect, options))}
</details>
</div>`;
}

export function levelChip(level: Level, seen = true): Markup {
  return html`<span class="chip ${level}${seen ? "" : " follows"}">${icon(level)}${LEVEL_WORDS[level]}</span>`;
}

/** The reason of one cell, with the way to its evidence. */
function renderReason(cell: Cell, conversations: number): Markup {
  const how = cell.seen ? "Seen here" : "It follows";
  const many = conversations > 1 ? ` In ${countText(cell.count)} of ${countText(conversations)} conversations.` : "";
  return html`<b>${how}:</b> ${sentence(cell.why)}${many} ${evidenceLink(cell)}`;
}

const LEVELS_SHOWN: readonly Level[] = ["readable", "length", "presence", "hidden"];

function heading(observer: Observer): Markup {
  const { name, note } = OBSERVER_WORDS[observer];
  return html`<th scope="col">${name}<small>${note}</small></th>`;
}

function row(matrix: Matrix, aspect: Aspect, options: MatrixViewOptions): Markup {
  const cells = OBSERVERS.map((observer) => {
    const cell = matrix[aspect][observer];
    const id = cellId(options, aspect, observer);
    return html`<td data-observer="${OBSERVER_WORDS[observer].name}"><a class="cell ${cell.level}${cell.seen ? "" : " follows"}" href="#${id}" data-reason="${id}">${icon(cell.level)}<span>${LEVEL_WORDS[cell.level]}</span></a></td>`;
  });
  return html`<tr><th scope="row">${ASPECT_WORDS[aspect]}</th>${cells}</tr>`;
}

function reasons(matrix: Matrix, aspect: Aspect, options: MatrixViewOptions): Markup {
  const items = OBSERVERS.map((observer) => {
    const cell = matrix[aspect][observer];
    return html`<dt id="${cellId(options, aspect, observer)}" tabindex="-1">${OBSERVER_WORDS[observer].name}: ${levelChip(cell.level, cell.seen)}</dt><dd>${renderReason(cell, options.conversations)}</dd>`;
  });
  const group = CONTEXT_ASPECTS.includes(aspect) ? "context" : "said";
  return html`<section class="${group}"><p class="aspect">${ASPECT_WORDS[aspect]}</p><dl>${items}</dl></section>`;
}

function cellId({ prefix }: MatrixViewOptions, aspect: Aspect, observer: Observer): string {
  return `${prefix}${aspect}-${observer}`;
}

function evidenceLink({ place }: Cell): Markup | undefined {
  if (place === null) return undefined;
  const href = placeHref(place);
  const text = placeText(place);
  return href === undefined ? html`<small>${text}</small>` : html`<a class="evidence" href="${href}">${text}</a>`;
}

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
}
