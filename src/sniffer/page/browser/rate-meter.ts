// Packets and bytes of each of the last seconds, by the page's own clock: a quiet wire sends no updates.
import { type Rate, renderRates } from "../view/live-view.js";

const SECONDS = 60;
/** While there are few, they do not look lost. */
const LEAST_SECONDS = 20;
const SECOND_MS = 1000;

export class RateMeter {
  readonly #element: HTMLElement | null = document.querySelector("[data-rates]");
  readonly #rates: Rate[] = [];
  #now: Rate | undefined;
  #before: Rate | undefined;
  #atMs = 0;
  #timer: number | undefined;

  /** The sums so far. */
  take(sums: Rate): void {
    this.#now = sums;
    if (this.#timer !== undefined) return;
    this.#before = sums;
    this.#atMs = performance.now();
    this.#timer = setInterval(() => this.#measure(), SECOND_MS);
    this.#draw();
  }

  /** What comes meanwhile is not seen: begins anew with the next sums. */
  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#element?.replaceChildren();
  }

  #measure(): void {
    if (this.#now === undefined || this.#before === undefined) return;
    const seconds = (performance.now() - this.#atMs) / SECOND_MS;
    this.#atMs = performance.now();
    const perSecond = (name: keyof Rate): number =>
      Math.max(0, Math.round(((this.#now?.[name] ?? 0) - (this.#before?.[name] ?? 0)) / seconds));
    this.#rates.push({ packets: perSecond("packets"), bytes: perSecond("bytes") });
    if (this.#rates.length > SECONDS) this.#rates.shift();
    this.#before = this.#now;
    this.#draw();
  }

  #draw(): void {
    const room = Math.max(LEAST_SECONDS, this.#rates.length);
    if (this.#element !== null) this.#element.innerHTML = renderRates(this.#rates, room).text;
  }
}
