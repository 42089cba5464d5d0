// What runs in the pages: conversations open, cells explain themselves, rows filter, and the live page follows.
import { DetailPane } from "./detail-pane.js";
import { LiveUpdates } from "./live-updates.js";
import { explainCells } from "./matrix-explanation.js";
import { type PageData, sourceOf } from "./page-source.js";
import { decodeTarget } from "./page-target.js";
import { RowList } from "./row-list.js";
import { offerThemes } from "./theme.js";

document.documentElement.classList.add("js");
offerThemes();
explainCells(document.body);
const data = JSON.parse(document.getElementById("data")?.textContent ?? "null") as PageData | null;
const section = document.getElementById("conversations");
const detail = document.getElementById("detail");
if (data !== null && section !== null && detail !== null) {
  const rows = new RowList(section, data.kind === "report" ? data.model.rows : []);
  const pane = new DetailPane(detail, sourceOf(data));
  const follow = async (): Promise<void> => {
    const target = decodeTarget(location.hash);
    if (target === undefined) return;
    if (!(await pane.open(target)))
      detail.textContent = `Conversation #${target.id} is not among those that are listed.`;
    rows.markOpen(pane.openId);
  };
  addEventListener("hashchange", () => void follow());
  // The same link once more leads there again.
  document.body.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a[href^='#c']") : null;
    if (link !== null && link.getAttribute("href") === location.hash) void follow();
  });
  section.addEventListener("click", (event) => {
    const row = event.target instanceof Element ? event.target.closest<HTMLElement>("tr[data-id]") : null;
    const isLink = event.target instanceof Element && event.target.closest("a") !== null;
    if (row !== null && !isLink && getSelection()?.isCollapsed !== false) location.hash = `c${row.dataset["id"]}`;
  });
  void follow();
  if (data.kind === "live") new LiveUpdates(rows, pane);
}
