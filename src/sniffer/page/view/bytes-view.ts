// The bytes themselves, sixteen a line, coloured by what they are; what must not be shown is dots.

import { bytesText, counted } from "../../number-text.js";
import { fromBase64 } from "../bar-list.js";
import type { Sample, SamplePiece, SpanClass } from "../page-model.js";
import { sampledBytes } from "../sampled-bytes.js";
import { escapeHtml, html, Markup } from "./markup.js";
import { CLASS_WORDS } from "./words.js";

const LINE_BYTES = 16;
const UNSHOWN: ReadonlySet<SpanClass> = new Set(["secret", "withheld"]);

export interface ByteMark {
  readonly offset: number;
  readonly length: number;
}

/** `mark`: bytes that were asked for; `excerpt`: nobody expects all of them. */
export function renderSample(sample: Sample, mark?: ByteMark, excerpt = false): Markup {
  const shown = sampledBytes(sample);
  const title = sample.opened ? `What the ${sample.side} said, opened with the keys` : `What the ${sample.side} sent`;
  const rest = sample.totalBytes - shown;
  const more = rest <= 0 ? "all of it" : `${bytesText(shown)} of ${bytesText(sample.totalBytes)}`;
  const classes = [...new Set(sample.pieces.flatMap(({ spans }) => spans.map((span) => span.class)))];
  return html`<section class="bytes">
<h4>${title} <small>${more}</small></h4>
<p class="key">${classes.map((name) => html`<span class="key-note"><i class="swatch ${name}"></i> ${CLASS_WORDS[name]}</span>`)}</p>
<pre tabindex="0" aria-label="${title}">${sample.pieces.map((piece, index) => renderPiece(sample, piece, index, mark))}</pre>
${rest > 0 && !excerpt ? html`<p class="note">${counted(rest, "byte")} more are not in this page; <code>sniffer --extract DIR</code> writes them all.</p>` : undefined}
</section>`;
}

function renderPiece(sample: Sample, piece: SamplePiece, index: number, mark: ByteMark | undefined): Markup {
  const bytes = fromBase64(piece.data);
  const classes = classesOf(piece, bytes.length);
  const previous = sample.pieces[index - 1];
  const skipped = previous === undefined ? piece.offset : piece.offset - endOf(previous);
  const lines = [skipped > 0 ? `<span class="skip">… ${counted(skipped, "byte")} …</span>\n` : ""];
  for (let at = 0; at < bytes.length; at += LINE_BYTES) {
    lines.push(
      renderLine(piece.offset + at, bytes.subarray(at, at + LINE_BYTES), classes.slice(at, at + LINE_BYTES), mark),
    );
  }
  return new Markup(lines.join(""));
}

function renderLine(
  offset: number,
  bytes: Uint8Array,
  classes: readonly SpanClass[],
  mark: ByteMark | undefined,
): string {
  const isMarked =
    mark !== undefined && offset < mark.offset + Math.max(1, mark.length) && mark.offset < offset + LINE_BYTES;
  const hex = runs(bytes, classes, (byte) => byte.toString(16).padStart(2, "0"), "••", " ");
  const text = runs(bytes, classes, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "·"), "•", "");
  const padding = " ".repeat(3 * (LINE_BYTES - bytes.length));
  const line = `<span class="at">${offset.toString(16).padStart(8, "0")}</span>  ${hex}${padding}  ${text}`;
  return isMarked ? `<mark>${line}</mark>\n` : `${line}\n`;
}

/** One element for neighbours of the same class. */
function runs(
  bytes: Uint8Array,
  classes: readonly SpanClass[],
  show: (byte: number) => string,
  unshown: string,
  between: string,
): string {
  let text = "";
  for (let at = 0; at < bytes.length; ) {
    const name = classes[at] ?? "not_understood";
    const words: string[] = [];
    for (; at < bytes.length && (classes[at] ?? "not_understood") === name; at++) {
      words.push(UNSHOWN.has(name) ? unshown : show(bytes[at] ?? 0));
    }
    text += `<span class="${name}">${escapeHtml(words.join(between))}</span>${at < bytes.length ? between : ""}`;
  }
  return text;
}

function classesOf({ offset, spans }: SamplePiece, length: number): SpanClass[] {
  const classes: SpanClass[] = new Array(length).fill("not_understood");
  for (const span of spans) classes.fill(span.class, span.offset - offset, span.offset - offset + span.length);
  return classes;
}

function endOf({ offset, spans }: SamplePiece): number {
  return spans.reduce((end, span) => Math.max(end, span.offset + span.length), offset);
}
