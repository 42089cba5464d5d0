// The conversation that is open: drawn, zoomed, paged through, and brought to the byte that was asked for.

import { countText } from "../../number-text.js";
import { decodeBars } from "../bar-list.js";
import type { Bar, PageDetail, Sample } from "../page-model.js";
import { type ByteMark, renderSample } from "../view/bytes-view.js";
import { initialWindow, renderDetail, TABLE_BARS } from "../view/detail-view.js";
import { renderBarTable, renderTimeline, type TimelineMode, type TimelineWindow } from "../view/timeline-view.js";
import { patchChildren } from "./page-parts.js";
import type { PageSource } from "./page-source.js";
import type { Target } from "./page-target.js";

const ZOOM = 2;
const MIN_SHARE = 1 / 4096;
const PAN_STEPS = 1000;

export class DetailPane {
  readonly #element: HTMLElement;
  readonly #source: PageSource;
  #detail: PageDetail | undefined;
  #bars: Bar[] = [];
  #window: TimelineWindow = { mode: "order", from: 0, to: 1 };
  #tableFrom = 0;
  /** The byte that was asked for last. */
  #target: Target | undefined;
  /** What is drawn may be older than what was asked for last. */
  #asked = 0;

  constructor(element: HTMLElement, source: PageSource) {
    this.#element = element;
    this.#source = source;
    element.addEventListener("click", (event) => this.#click(event));
    element.addEventListener("input", (event) => this.#input(event));
    element.addEventListener("pointerover", (event) => this.#point(event));
  }

  get openId(): number | undefined {
    return this.#detail?.row.id;
  }

  /** False where there is no such conversation. */
  async open(target: Target): Promise<boolean> {
    if (this.openId !== target.id && !(await this.#load(target.id))) return false;
    if (target.side !== undefined) this.#showByte(target);
    else this.#bringIntoView(this.#element.querySelector<HTMLElement>("h3"), "start");
    return true;
  }

  /** The same conversation, as it is now; what is unfolded, zoomed or marked stays so. */
  async refresh(): Promise<void> {
    const { openId } = this;
    if (openId === undefined) return;
    const detail = await this.#source.detail(openId);
    if (detail === undefined || this.openId !== openId) return;
    this.#detail = detail;
    this.#bars = decodeBars(detail.bars);
    const fresh = document.createElement("template");
    fresh.innerHTML = renderDetail(detail, this.#bars).text;
    this.#draw(fresh.content);
    this.#drawTable(fresh.content);
    this.#drawSamples(fresh.content);
    const [tip, freshTip] = [this.#element, fresh.content].map((root) => root.querySelector(".tip"));
    if (freshTip !== null && freshTip !== undefined) freshTip.textContent = tip?.textContent ?? "";
    patchChildren(this.#element, fresh.content);
  }

  close(): void {
    this.#asked += 1;
    this.#detail = undefined;
    this.#element.replaceChildren();
  }

  async #load(id: number): Promise<boolean> {
    this.#asked += 1;
    const asked = this.#asked;
    const detail = await this.#source.detail(id);
    if (asked !== this.#asked) return true;
    if (detail === undefined) return false;
    this.#detail = detail;
    this.#bars = decodeBars(detail.bars);
    this.#window = initialWindow(this.#bars);
    this.#tableFrom = 0;
    this.#target = undefined;
    this.#element.innerHTML = renderDetail(detail, this.#bars).text;
    return true;
  }

  #showByte(target: Target): void {
    const details = this.#element.querySelector<HTMLDetailsElement>("[data-bytes]");
    if (details === null) return;
    details.open = true;
    this.#target = target;
    this.#drawSamples(this.#element);
    this.#bringIntoView(details.querySelector<HTMLElement>("mark") ?? details);
  }

  #drawSamples(root: ParentNode): void {
    const holder = root.querySelector<HTMLElement>("[data-samples]");
    if (holder === null || this.#target === undefined) return;
    const { side, offset, opened } = this.#target;
    const mark = this.#markOf(side, offset ?? 0, opened);
    const isIn = (sample: Sample): boolean => sample.side === side && sample.opened === opened;
    const samples = this.#detail?.samples ?? [];
    holder.innerHTML = samples.map((sample) => renderSample(sample, isIn(sample) ? mark : undefined).text).join("");
  }

  /** As long as what was found there. */
  #markOf(side: string | undefined, offset: number, opened: boolean): ByteMark {
    const found = this.#detail?.findings.find(
      ({ place, decrypted }) => place.side === side && place.offset === offset && decrypted === opened,
    );
    return { offset, length: found?.place.length ?? 1 };
  }

  #bringIntoView(element: HTMLElement | null, block: ScrollLogicalPosition = "center"): void {
    if (element === null) return;
    if (element.tabIndex < 0 && !element.hasAttribute("tabindex")) element.tabIndex = -1;
    element.focus({ preventScroll: true });
    element.scrollIntoView({ block });
  }

  #click(event: Event): void {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    if (button === null) return;
    const { mode, zoom, page } = button.dataset;
    if (mode !== undefined) this.#window = { mode: mode as TimelineMode, from: 0, to: 1 };
    if (zoom !== undefined) this.#zoom(zoom === "in" ? 1 / ZOOM : ZOOM);
    if (mode !== undefined || zoom !== undefined) this.#draw(this.#element);
    if (page !== undefined) this.#turn(Number(page));
  }

  #input(event: Event): void {
    const { target } = event;
    if (!(target instanceof HTMLInputElement) || target.dataset["pan"] === undefined) return;
    const share = this.#window.to - this.#window.from;
    const from = (Number(target.value) / PAN_STEPS) * (1 - share);
    this.#window = { ...this.#window, from, to: from + share };
    this.#draw(this.#element);
  }

  #point(event: Event): void {
    const tip = event.target instanceof Element ? event.target.getAttribute("data-tip") : null;
    const line = this.#element.querySelector(".tip");
    if (tip !== null && line !== null) line.textContent = tip;
  }

  #zoom(factor: number): void {
    const { mode, from, to } = this.#window;
    const share = Math.min(1, Math.max(MIN_SHARE, (to - from) * factor));
    const middle = (from + to) / 2;
    const begin = Math.min(1 - share, Math.max(0, middle - share / 2));
    this.#window = { mode, from: begin, to: begin + share };
  }

  #draw(root: ParentNode): void {
    const drawn = root.querySelector<HTMLElement>(".drawn");
    if (drawn !== null) drawn.innerHTML = renderTimeline(this.#bars, this.#window).text;
    const { mode, from, to } = this.#window;
    for (const button of root.querySelectorAll<HTMLButtonElement>("[data-mode]")) {
      button.setAttribute("aria-pressed", String(button.dataset["mode"] === mode));
    }
    const pan = root.querySelector<HTMLInputElement>("[data-pan]");
    if (pan === null) return;
    pan.disabled = to - from >= 1;
    pan.value = String(Math.round((from / Math.max(MIN_SHARE, 1 - (to - from))) * PAN_STEPS));
  }

  #turn(pages: number): void {
    const last = Math.max(0, this.#bars.length - 1);
    const from = this.#tableFrom + pages * TABLE_BARS;
    if (from < 0 || from > last) return;
    this.#tableFrom = from;
    this.#drawTable(this.#element);
  }

  #drawTable(root: ParentNode): void {
    const from = this.#tableFrom;
    const table = root.querySelector<HTMLElement>("[data-table]");
    if (table !== null) table.innerHTML = renderBarTable(this.#bars, from, TABLE_BARS).text;
    const range = root.querySelector("[data-range]");
    if (range === null) return;
    const to = Math.min(this.#bars.length, from + TABLE_BARS);
    range.textContent = `${countText(from + 1)} to ${countText(to)} of ${countText(this.#bars.length)}`;
  }
}
