// The live page: the report's parts, below a bar that says how it goes and lets pause and save.

import { bytesText, counted, countText } from "../../number-text.js";
import type { HeldCount } from "../live-update.js";
import type { PageHead, PageRow } from "../page-model.js";
import { html, type Markup } from "./markup.js";
import { type PageScript, renderShell } from "./page-shell.js";
import { renderReportBody } from "./report-view.js";

export interface LivePageParts {
  readonly head: PageHead;
  readonly rows: readonly PageRow[];
  readonly held: HeldCount;
  /** Without it the page is as of the moment at which it was asked for. */
  readonly script: PageScript | undefined;
}

export function renderLivePage({ head, rows, held, script }: LivePageParts): string {
  return renderShell({
    title: `${head.source}: live`,
    top: html`what can be read of <b>${head.source}</b>`,
    body: html`${renderLiveBar(head, held)}
${renderReportBody(head, script === undefined ? rows : [])}`,
    script,
    data: { kind: "live" },
    connect: "'self'",
  });
}

/** Its state is that of a browser without scripts, until one says otherwise. */
function renderLiveBar(head: PageHead, held: HeldCount): Markup {
  return html`<section class="livebar" aria-label="The capture">
<span class="live paused" data-live><i></i> <span role="status">as of when it was loaded; load it again for more</span></span>
<button type="button" class="js-only" data-pause aria-pressed="false">pause</button>
<span class="rates js-only" data-rates aria-hidden="true"></span>
<span class="spring"></span>
<a class="save" href="report.html" download>save report</a>
<a class="save" href="capture.pcapng" download>save packets <small data-held>${heldText(held, head.packets)}</small></a>
</section>`;
}

/** "all 1,234, 0.5 MB", "the latest 60,000, 64 MB". */
export function heldText({ packets, bytes }: HeldCount, all: number): string {
  if (packets === 0) return "none yet";
  return `${packets >= all ? "all" : "the latest"} ${countText(packets)}, ${bytesText(bytes)}`;
}

export interface Rate {
  readonly packets: number;
  readonly bytes: number;
}

const SPARK_WIDTH = 120;
const SPARK_HEIGHT = 24;

/** Of each second; the newest last. `room`: seconds that there is room for. */
export function renderRates(rates: readonly Rate[], room: number): Markup {
  const last = rates.at(-1) ?? { packets: 0, bytes: 0 };
  const most = Math.max(1, ...rates.map(({ packets }) => packets));
  const step = SPARK_WIDTH / room;
  const from = SPARK_WIDTH - rates.length * step;
  const points = rates.map(({ packets }, index) => {
    const height = (packets / most) * (SPARK_HEIGHT - 2);
    return `${(from + index * step).toFixed(1)},${(SPARK_HEIGHT - 1 - height).toFixed(1)}`;
  });
  return html`<svg class="spark" viewBox="0 0 ${SPARK_WIDTH} ${SPARK_HEIGHT}" preserveAspectRatio="none"><polyline points="${points.join(" ")}" vector-effect="non-scaling-stroke"/></svg>
<span class="number">${counted(last.packets, "packet")}/s</span> <span class="number">${bytesText(last.bytes)}/s</span>`;
}
