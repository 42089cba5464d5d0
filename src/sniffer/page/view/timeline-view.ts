// The time line of a conversation: a bar for each record (or segment), up for the client and down for the server, as high
// as its length and in the colour of who can read it. Where there are more than there is room for, neighbours share one.

import { bytesText, counted, countText } from "../../number-text.js";
import { BAR_CLASSES } from "../bar-list.js";
import type { Bar, BarClass } from "../page-model.js";
import { html, type Markup } from "./markup.js";
import { CLASS_WORDS, recordTypeText, secondsText } from "./words.js";

export type TimelineMode = "order" | "time";

export interface TimelineWindow {
  readonly mode: TimelineMode;
  /** Shares of the whole, from 0 to 1. */
  readonly from: number;
  readonly to: number;
}

/** Bars that are drawn at the most. */
export const MAX_DRAWN = 240;

const WIDTH = 960;
const HALF_HEIGHT = 64;
const MIN_BAR_HEIGHT = 5;

interface Slot {
  readonly bars: Bar[];
  bytes: number;
  class: BarClass;
}

/** `listed`: the bars stand in a table below as well. */
export function renderTimeline(all: readonly Bar[], window: TimelineWindow, listed = true): Markup {
  const bars = inWindow(all, window);
  const slots = slotsOf(bars, window.mode);
  const filled = slots.filter((slot) => slot !== undefined);
  const most = Math.max(1, ...filled.flatMap((pair) => [pair.client?.bytes ?? 0, pair.server?.bytes ?? 0]));
  const step = WIDTH / Math.max(1, slots.length);
  const drawn = slots.flatMap((pair, index) => [
    drawSlot(pair?.client, index * step, step, most, "up"),
    drawSlot(pair?.server, index * step, step, most, "down"),
  ]);
  return html`<figure class="timeline">
<div class="chart"><div class="lanes" aria-hidden="true"><span>client</span><span>server</span></div>
<svg viewBox="0 0 ${WIDTH} ${2 * HALF_HEIGHT + 2}" preserveAspectRatio="none" role="img" aria-label="${describe(bars)}${listed ? " The table below has the same." : ""}">
<path class="axis" d="M0 ${HALF_HEIGHT + 1}H${WIDTH}" vector-effect="non-scaling-stroke"/>
${drawn}
</svg></div>
<figcaption>${bars.length === 0 ? silenceText(all, window) : axisText(bars, window.mode)}</figcaption>
<p class="tip" aria-hidden="true">&nbsp;</p>
<p class="key">${classesOf(bars).map((name) => html`<span class="key-note"><i class="swatch ${name}"></i> ${CLASS_WORDS[name]}</span>`)}</p>
</figure>`;
}

/** The bars one by one: what the drawing shows, for those who do not see it. */
export function renderBarTable(bars: readonly Bar[], from: number, count: number): Markup {
  const shown = bars.slice(from, from + count);
  const rows = shown.map(
    (bar) =>
      html`<tr><td>${countText(bar.frame)}</td><td>${secondsText(bar.time)}</td><td>${bar.side}</td><td>${recordTypeText(bar.type)}</td><td class="number">${countText(bar.length)}</td><td><i class="swatch ${bar.class}"></i> ${CLASS_WORDS[bar.class]}</td></tr>`,
  );
  return html`<div class="scroll" role="region" aria-label="Records" tabindex="0"><table class="plain"><thead><tr><th scope="col">packet</th><th scope="col">time</th><th scope="col">from</th><th scope="col">what</th><th scope="col">bytes</th><th scope="col">to others</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

function inWindow(bars: readonly Bar[], { mode, from, to }: TimelineWindow): readonly Bar[] {
  if (from <= 0 && to >= 1) return bars;
  if (mode === "order") return bars.slice(Math.floor(from * bars.length), Math.ceil(to * bars.length));
  const end = bars.at(-1)?.time ?? 0;
  return bars.filter(({ time }) => time >= from * end && time <= to * end);
}

type Pair = { client?: Slot; server?: Slot } | undefined;

function slotsOf(bars: readonly Bar[], mode: TimelineMode): Pair[] {
  const count = mode === "order" ? Math.min(bars.length, MAX_DRAWN) : MAX_DRAWN;
  const slots: Pair[] = new Array(count).fill(undefined);
  const [first, last] = [bars[0]?.time ?? 0, bars.at(-1)?.time ?? 0];
  const span = Math.max(last - first, 1e-6);
  for (const [index, bar] of bars.entries()) {
    const share = mode === "order" ? index / bars.length : (bar.time - first) / span;
    const at = Math.max(0, Math.min(count - 1, Math.floor(share * count)));
    const pair = slots[at] ?? {};
    slots[at] = pair;
    addTo(pair, bar);
  }
  return slots;
}

function addTo(pair: NonNullable<Pair>, bar: Bar): void {
  const slot = pair[bar.side];
  if (slot === undefined) {
    pair[bar.side] = { bars: [bar], bytes: bar.length, class: bar.class };
    return;
  }
  slot.bars.push(bar);
  slot.bytes += bar.length;
  if (BAR_CLASSES.indexOf(bar.class) < BAR_CLASSES.indexOf(slot.class)) slot.class = bar.class;
}

function drawSlot(
  slot: Slot | undefined,
  x: number,
  step: number,
  most: number,
  way: "up" | "down",
): Markup | undefined {
  if (slot === undefined) return undefined;
  const share = Math.log1p(slot.bytes) / Math.log1p(most);
  const height = MIN_BAR_HEIGHT + share * (HALF_HEIGHT - MIN_BAR_HEIGHT);
  const y = way === "up" ? HALF_HEIGHT - height : HALF_HEIGHT + 2;
  const gap = step > 4 ? 1.5 : 0.3;
  // A few wide bars would look like a flag.
  const width = Math.min(step - gap, 28);
  return html`<rect class="${slot.class}" x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${width.toFixed(1)}" height="${height.toFixed(1)}" data-tip="${tipOf(slot)}"><title>${tipOf(slot)}</title></rect>`;
}

function tipOf({ bars, bytes, class: name }: Slot): string {
  const [first, last] = [bars[0], bars.at(-1)];
  if (first === undefined || last === undefined) return "";
  if (bars.length === 1) {
    return `packet ${countText(first.frame)}, ${secondsText(first.time)}: ${recordTypeText(first.type)} from the ${first.side}, ${counted(first.length, "byte")}, ${CLASS_WORDS[name]}`;
  }
  return `packets ${countText(first.frame)} to ${countText(last.frame)}: ${countText(bars.length)} from the ${first.side}, ${bytesText(bytes)}; the most open of them: ${CLASS_WORDS[name]}`;
}

function describe(bars: readonly Bar[]): string {
  const of = (side: string): string => {
    const own = bars.filter((bar) => bar.side === side);
    return `${countText(own.length)} from the ${side}, ${bytesText(own.reduce((sum, { length }) => sum + length, 0))}`;
  };
  return `Time line: ${of("client")}; ${of("server")}.`;
}

function axisText(bars: readonly Bar[], mode: TimelineMode): string {
  const [first, last] = [bars[0], bars.at(-1)];
  if (first === undefined || last === undefined) return "";
  const span = `${secondsText(first.time)} to ${secondsText(last.time)}`;
  const scale = "height: bytes, on a logarithmic scale";
  return mode === "order" ? `in order, ${span}; ${scale}` : `by time, ${span}; ${scale}`;
}

function silenceText(all: readonly Bar[], { from, to }: TimelineWindow): string {
  const end = all.at(-1)?.time;
  if (end === undefined) return "nothing was said";
  return `by time, ${secondsText(from * end)} to ${secondsText(to * end)}: nothing was sent in this part`;
}

function classesOf(bars: readonly Bar[]): BarClass[] {
  const present = new Set(bars.map((bar) => bar.class));
  return BAR_CLASSES.filter((name) => present.has(name));
}
