// The row about lengths, in a terminal of 80 columns and on the page.
import { styleText } from "node:util";
import type { GuessEvent, GuessScore } from "../../sniffer/event.js";
import { html, type Markup } from "../../sniffer/page/view/markup.js";
import { tryCommand } from "../page/try-command.js";
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
    dim(`what padding costs   ${costOf(verdict)}`),
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

/** `folder` holds the captures, as it is written in the project's folder. */
export function lengthsSection(verdict: LengthsVerdict, folder: string): Markup {
  const { before, after, complaints } = verdict;
  return html`<section class="rung" id="lengths">
<h2>Lengths alone: TLS 1.3, watched</h2>
<p>He reads nothing, but sees how long each piece is. He has learned from ${before.exchanges} exchanges which of these it was: ${before.labels.map((label) => `“${label}”`).join(", ")}.
<b>By the lengths of TLS records he guesses ${percent(before.by_length)} right; with padding ${percent(after.by_length)}, as by chance.</b></p>
<ul>
<li><b>by time alone</b>: ${percent(after.by_time)} right: padding does not hide times</li>
<li><b>what padding costs</b>: ${costOf(verdict)}</li>
</ul>${complaints.map((complaint) => html`<p class="complaint">Not as it must be: ${complaint}</p>`)}
<p class="idea">Encryption hides what is said, not how long it is. Padding fills up what is sent to one of a few lengths, and all look alike.</p>
<h3>Try it</h3><p class="try"><code>${tryCommand("--guess", folder, ["lengths-off.pcapng", "lengths-buckets.pcapng"])}</code></p>
</section>`;
}

/** Of an exchange, both ways together. */
function costOf({ before, after }: LengthsVerdict): string {
  const sum = ({ client_bytes, server_bytes }: GuessEvent): number => client_bytes + server_bytes;
  return `${sum(after)} bytes an exchange instead of ${sum(before)}`;
}

function percent({ accuracy }: GuessScore): string {
  return share(accuracy);
}

function share(value: number): string {
  return `${Math.round(100 * value)} %`;
}
