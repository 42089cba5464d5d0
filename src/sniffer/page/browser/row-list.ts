// The list of conversations: filtered as the reader types, and kept up to date on the live page.

import { countText } from "../../number-text.js";
import type { PageRow } from "../page-model.js";
import { renderRow } from "../view/head-view.js";
import { patchChildren } from "./page-parts.js";

interface ListedRow {
  row: PageRow;
  /** What a filter looks at. */
  text: string;
  readonly element: HTMLElement;
}

export class RowList {
  readonly #body: HTMLElement;
  readonly #filter: HTMLInputElement | null;
  readonly #level: HTMLSelectElement | null;
  readonly #shown: HTMLElement | null;
  readonly #rows = new Map<number, ListedRow>();
  /** New ones that wait while the pointer is on the list: it must not move away under a click. */
  readonly #waiting = new Map<number, PageRow>();
  #isPointedAt = false;
  #open: number | undefined;

  /** Takes over the rows that stand in the page. */
  constructor(section: HTMLElement, rows: readonly PageRow[]) {
    const body = section.querySelector<HTMLElement>("tbody");
    if (body === null) throw new Error("the list of conversations has no table");
    this.#body = body;
    this.#filter = section.querySelector("[data-filter]");
    this.#level = section.querySelector("[data-level]");
    this.#shown = section.querySelector("[data-shown]");
    const elements = new Map(
      [...body.querySelectorAll<HTMLElement>("tr")].map((one) => [Number(one.dataset["id"]), one]),
    );
    for (const row of rows) {
      const element = elements.get(row.id);
      if (element !== undefined) this.#rows.set(row.id, { row, text: textOf(row), element });
    }
    this.#filter?.addEventListener("input", () => this.#apply());
    this.#level?.addEventListener("change", () => this.#apply());
    body.addEventListener("pointerenter", ({ pointerType }) => this.#point(pointerType === "mouse"));
    body.addEventListener("pointerleave", () => this.#point(false));
  }

  /** These are all there are. */
  replaceAll(rows: readonly PageRow[]): void {
    const ids = new Set(rows.map(({ id }) => id));
    this.update(
      rows,
      [...this.#rows.keys(), ...this.#waiting.keys()].filter((id) => !ids.has(id)),
    );
  }

  update(changed: readonly PageRow[], gone: readonly number[]): void {
    for (const id of gone) {
      this.#rows.get(id)?.element.remove();
      this.#rows.delete(id);
      this.#waiting.delete(id);
    }
    for (const row of changed) this.#put(row);
    this.#tellShown();
  }

  markOpen(id: number | undefined): void {
    if (id === this.#open) return;
    if (this.#open !== undefined) this.#rows.get(this.#open)?.element.classList.remove("open");
    if (id !== undefined) this.#rows.get(id)?.element.classList.add("open");
    this.#open = id;
  }

  #put(row: PageRow): void {
    const known = this.#rows.get(row.id);
    if (known !== undefined) {
      known.row = row;
      known.text = textOf(row);
      patchChildren(known.element, elementOf(row));
      this.#filterRow(known);
    } else if (this.#isPointedAt) this.#waiting.set(row.id, row);
    else this.#insert(row);
  }

  /** The newest first. */
  #insert(row: PageRow): void {
    const listed = { row, text: textOf(row), element: elementOf(row) };
    this.#rows.set(row.id, listed);
    this.#filterRow(listed);
    listed.element.classList.toggle("open", row.id === this.#open);
    this.#body.prepend(listed.element);
  }

  #point(isPointedAt: boolean): void {
    this.#isPointedAt = isPointedAt;
    if (isPointedAt) return;
    for (const row of this.#waiting.values()) this.#insert(row);
    this.#waiting.clear();
    this.#tellShown();
  }

  #apply(): void {
    for (const listed of this.#rows.values()) this.#filterRow(listed);
    this.#tellShown();
  }

  #filterRow({ row, text, element }: ListedRow): void {
    const level = this.#level?.value ?? "";
    const isShown = (level === "" || row.level === level) && this.#words().every((word) => text.includes(word));
    if (element.hidden === isShown) element.hidden = !isShown;
  }

  #words(): string[] {
    const text = this.#filter?.value ?? "";
    return text === "" ? [] : text.toLowerCase().split(/\s+/);
  }

  #tellShown(): void {
    const parts = [];
    if (this.#words().length > 0 || (this.#level?.value ?? "") !== "") {
      const shown = [...this.#rows.values()].filter(({ element }) => !element.hidden).length;
      parts.push(`${countText(shown)} of ${countText(this.#rows.size)} shown`);
    }
    if (this.#waiting.size > 0) parts.push(`${countText(this.#waiting.size)} new wait while you point here`);
    const text = parts.join("; ");
    if (this.#shown !== null && this.#shown.textContent !== text) this.#shown.textContent = text;
  }
}

function elementOf(row: PageRow): HTMLElement {
  const holder = document.createElement("tbody");
  holder.innerHTML = renderRow(row).text;
  const [element] = holder.children;
  if (!(element instanceof HTMLElement)) throw new Error("a row is one element");
  return element;
}

function textOf({ id, client, server, application, serverName, version, protocol }: PageRow): string {
  return [`#${id}`, protocol, client, server, application, serverName, version].join(" ").toLowerCase();
}
