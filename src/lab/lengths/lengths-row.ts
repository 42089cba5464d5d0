// The row about lengths, in a terminal of 80 columns and on the page.
import { styleText } from "node:util";
import type { GuessEvent, GuessScore } from "../../sniffer/event.js";
import { html, type Markup } from "../../sniffer/page/view/markup.js";
import type { LengthsVerdict } from "./lengths-verdict.js";

type Style = Parameters<typeof styleText>[0];

const TITLE = "TLS 1.3, watched: which call was it, and how did it end?";

const paint = (style: Style, text: string, colour: boolean) =>
  colour ? styleText(style, text, { validateStream: false }) : text;

export function renderLengths(verdict: LengthsVerdict, colour: boolean): string {
  const { before, after, complaints } = verdict;
  const mark = complaints.length === 0 ? paint("green", "✓", colour) : paint("red", "✗", colour);
  const dim = (text: string) => paint("dim", `     ${text}`, colour);
  const lines = [
    `${mark} ${paint("bold", "lengths", colour)} ${TITLE}`,
    `     he guesses ${paint("red", `${percent(before.by_length)} right`, colour)}; with padding ${paint("green", percent(after.by_length), colour)}, where chance is ${share(after.chance)}`,
    dim(`by length alone      ${before.labels.length} outcomes, ${before.exchanges} exchanges before and after`),
    dim(`by time alone        ${percent(after.by_time)} right: padding does not hide times`),
    dim(`what padding costs   ${costOf(verdict)} bytes an exchange`),
    ...complaints.map((complaint) => paint("red", `     not as it must be: ${complaint}`, colour)),
    "",
  ];
  return `${lines.join("\n")}\n`;
}

/** What lengths give away, in a cell of the page's table. */
export function lengthsCell({ before, after }: LengthsVerdict): Markup {
  return html`<span class="lengths-cell">Which call was it, and how did it end? He guesses <span class="bad">${percent(before.by_length)}</span> right without padding,
<span class="good">${percent(after.by_length)}</span> with it; by chance he would be right ${share(after.chance)} of the time.</span>`;
}

export function lengthsSection(verdict: LengthsVerdict): Markup {
  const { before, after, complaints } = verdict;
  return html`<section class="rung" id="lengths">
<h2>Lengths</h2>
<p>He watches the wire and reads nothing, but has learned from ${before.exchanges} exchanges whose kind he knew: ${before.labels.join("; ")}.
<b>By the lengths of TLS records he guesses ${percent(before.by_length)} right; with padding ${percent(after.by_length)}, as by chance.</b></p>
<ul>
<li><b>by time alone</b>: ${percent(after.by_time)} right: padding does not hide times</li>
<li><b>what padding costs</b>: ${costOf(verdict)} bytes an exchange</li>
</ul>${complaints.map((complaint) => html`<p class="complaint">Not as it must be: ${complaint}</p>`)}
<p class="note">lengths-off.pcapng and lengths-buckets.pcapng; sniffer --guess has the tables</p>
</section>`;
}

function costOf({ before, after }: LengthsVerdict): string {
  const sum = ({ client_bytes, server_bytes }: GuessEvent): number => client_bytes + server_bytes;
  return `${sum(after) - sum(before)} more than ${sum(before)}`;
}

function percent({ accuracy }: GuessScore): string {
  return share(accuracy);
}

function share(value: number): string {
  return `${Math.round(100 * value)} %`;
}
