// Follows a capture that goes on, by server-sent events: what changed since the last, a few times a second.
import type { LiveUpdate } from "../live-update.js";
import type { PageHead } from "../page-model.js";
import { leftOutText } from "../view/head-view.js";
import { heldText } from "../view/live-view.js";
import { HEAD_PARTS } from "../view/report-view.js";
import type { DetailPane } from "./detail-pane.js";
import { patchContent } from "./page-parts.js";
import { RateMeter } from "./rate-meter.js";
import type { RowList } from "./row-list.js";

type State = "live" | "joining" | "paused" | "ended" | "lost";

/** The open conversation is fetched anew at most so often, and less often where it is large. */
const REFRESH_MS = 1000;
const REFRESH_PAUSE_FACTOR = 9;

export class LiveUpdates {
  readonly #rows: RowList;
  readonly #pane: DetailPane;
  readonly #meter = new RateMeter();
  readonly #state: HTMLElement | null = document.querySelector("[data-live]");
  readonly #button: HTMLButtonElement | null = document.querySelector("[data-pause]");
  #events: EventSource | undefined;
  #isLive = true;
  #hasEnded = false;
  #isStale = false;
  #refreshTimer: number | undefined;

  constructor(rows: RowList, pane: DetailPane) {
    this.#rows = rows;
    this.#pane = pane;
    this.#button?.addEventListener("click", () => this.#toggle());
    this.#follow();
  }

  #follow(): void {
    this.#tell("joining", "joining…");
    const events = new EventSource("events");
    events.addEventListener("update", ({ data }) => this.#take(JSON.parse(data) as LiveUpdate));
    events.addEventListener("end", () => {
      this.#hasEnded = true;
      this.#meter.stop();
      this.#button?.toggleAttribute("hidden", true);
      this.#tell("ended", this.#isLive ? "the capture has ended" : "the file is read");
    });
    events.addEventListener("error", () => this.#lose(events));
    this.#events = events;
  }

  /** The browser asks again by itself, unless there is nobody left to ask. */
  #lose(events: EventSource): void {
    this.#meter.stop();
    if (!this.#hasEnded && events.readyState !== EventSource.CLOSED) {
      this.#tell("lost", "no connection to the sniffer; trying again");
      return;
    }
    this.#stop();
    for (const element of document.querySelectorAll(".save, [data-pause]")) element.toggleAttribute("hidden", true);
    this.#tell("lost", "the sniffer has gone; what is here stays");
  }

  /** What comes meanwhile is not kept: going on begins with all there is then. */
  #toggle(): void {
    const pauses = this.#events !== undefined;
    this.#button?.setAttribute("aria-pressed", String(pauses));
    if (this.#button !== null) this.#button.textContent = pauses ? "go on" : "pause";
    if (pauses) {
      this.#stop();
      this.#tell("paused", "paused; the capture goes on");
    } else this.#follow();
  }

  #stop(): void {
    this.#events?.close();
    this.#events = undefined;
    this.#meter.stop();
  }

  #take({ head, complete, rows, gone, held }: LiveUpdate): void {
    this.#isLive = head.live;
    if (!this.#hasEnded) this.#tell("live", stateText(head));
    for (const { id, render } of HEAD_PARTS) {
      const part = document.getElementById(id);
      if (part !== null) patchContent(part, render(head).text);
    }
    setText("[data-left-out]", leftOutText(head));
    setText("[data-held]", heldText(held, head.packets));
    if (!this.#hasEnded) this.#meter.take(head);
    if (complete) this.#rows.replaceAll(rows);
    else this.#rows.update(rows, gone);
    const { openId } = this.#pane;
    if (rows.some(({ id }) => id === openId)) this.#refreshSoon();
    this.#rows.markOpen(openId);
  }

  /** At once where it was not for a while; what comes until then is part of it. */
  #refreshSoon(): void {
    this.#isStale = true;
    if (this.#refreshTimer === undefined) void this.#refresh();
  }

  async #refresh(): Promise<void> {
    this.#isStale = false;
    const began = performance.now();
    // Until it is known how long it takes.
    this.#refreshTimer = -1;
    await this.#pane.refresh();
    const pause = Math.max(REFRESH_MS, REFRESH_PAUSE_FACTOR * (performance.now() - began));
    this.#refreshTimer = setTimeout(() => {
      this.#refreshTimer = undefined;
      if (this.#isStale) void this.#refresh();
    }, pause);
  }

  #tell(state: State, text: string): void {
    if (this.#state === null) return;
    this.#state.className = `live ${state}`;
    const label = this.#state.querySelector("span");
    if (label !== null && label.textContent !== text) label.textContent = text;
  }
}

function stateText({ live, packets }: PageHead): string {
  if (!live) return "reading the file";
  return packets === 0 ? "live, waiting for the first packet" : "live";
}

function setText(selector: string, text: string): void {
  const element = document.querySelector(selector);
  if (element !== null && element.textContent !== text) element.textContent = text;
}
