// A cell of a matrix that is chosen tells its reason right below the table; without a script its link leads there too.

export function explainCells(root: HTMLElement): void {
  root.addEventListener("click", (event) => {
    const cell = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-reason]") : null;
    const matrix = cell?.closest<HTMLElement>(".matrix");
    if (cell === null || matrix === null || matrix === undefined) return;
    event.preventDefault();
    toggle(matrix, cell);
  });
}

function toggle(matrix: HTMLElement, cell: HTMLElement): void {
  const wasOpen = cell.getAttribute("aria-expanded") === "true";
  for (const other of matrix.querySelectorAll("[aria-expanded]")) other.setAttribute("aria-expanded", "false");
  const place = explanationOf(matrix);
  if (wasOpen) {
    place.replaceChildren();
    return;
  }
  cell.setAttribute("aria-expanded", "true");
  const term = document.getElementById(cell.dataset["reason"] ?? "");
  const title = term?.closest("section")?.querySelector(".aspect")?.textContent ?? "";
  place.innerHTML = term?.nextElementSibling?.innerHTML ?? "";
  const head = document.createElement("p");
  head.innerHTML = `<b></b> ${term?.innerHTML ?? ""}`;
  const [bold] = head.children;
  if (bold !== undefined) bold.textContent = `${title}.`;
  place.prepend(head);
  // On a phone the table is higher than the window: what was asked for would appear out of sight.
  place.scrollIntoView({ block: "nearest" });
}

function explanationOf(matrix: HTMLElement): HTMLElement {
  const known = matrix.querySelector<HTMLElement>(".explain");
  if (known !== null) return known;
  const made = document.createElement("div");
  made.className = "explain";
  made.dataset["made"] = "";
  made.setAttribute("aria-live", "polite");
  matrix.querySelector("table")?.after(made);
  return made;
}
